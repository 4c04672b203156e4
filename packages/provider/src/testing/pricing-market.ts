import { type Ask, gibibyte, type Order, type PriceList } from '@sublet/protocol'

/** An ask's prices and a stock of four RTX 4090. */
export function marketOf(prices: PriceList): Pick<Ask, 'prices' | 'inventory'> {
  const plenty = { total: 1_000_000, free: 1_000_000 }
  const bytes = { total: 1000 * gibibyte, free: 1000 * gibibyte }
  return {
    prices,
    inventory: {
      cpuMillis: plenty,
      cpuArch: 'amd64',
      memoryBytes: bytes,
      storageBytes: { default: bytes },
      gpus: [{ vendor: 'nvidia', model: 'rtx4090', memoryBytes: 24 * gibibyte, total: 4, free: 4 }],
      ips: { total: 0, free: 0 },
    },
  }
}

/** An order of one core, one GiB and so many GPUs, without a limit on its duration. */
export function orderOf(gpus: number): Order {
  const word = `0x${'55'.repeat(32)}` as const
  return {
    tenant: `0x${'7e'.repeat(20)}`,
    chainId: 1,
    salt: word,
    token: `0x${'d0'.repeat(20)}`,
    units: [
      {
        service: 'train',
        count: 1,
        image: 'alpine',
        endpoints: 0,
        resources: {
          cpuMillis: 1000,
          memoryBytes: gibibyte,
          storageBytes: gibibyte,
          volumes: [],
          gpu: { count: gpus, anyOf: [{ vendor: 'nvidia', model: 'rtx4090' }] },
        },
      },
    ],
    ips: 0,
    placement: { regions: [], attributes: [], auditors: { anyOf: [], allOf: [] } },
    policy: { choose: 'cheapest', auction: 'first', windowMs: 0 },
    maxRatePerHour: 10n ** 12n,
    depositSeconds: 3600,
    maxDuration: 0,
    termsHash: word,
    startWithinSeconds: 60,
    createdAtMs: 1,
    expiresAtMs: 2,
    exclude: [],
  }
}
