import type { Ask } from '../ask/ask.ts'
import type { Order } from '../order/order.ts'
import { type Address, gibibyte, type Hex } from '../units/units.ts'

/** Any address, told apart by a number. */
export function sampleAddress(number: number): Address {
  return `0x${number.toString(16).padStart(40, '0')}`
}

const word = (byte: string) => `0x${byte.repeat(32)}` as Hex

/** An ask of 16 cores, 64 GiB, 500 GiB and two 4090, at prices that are easy to add up. */
export function sampleAsk(changes: Partial<Ask> = {}): Ask {
  return {
    provider: sampleAddress(0xa1),
    chainId: 31337,
    sequence: 1_000,
    expiresAtMs: 2_000_000,
    token: sampleAddress(0xd0),
    prices: {
      cpuPerCoreHour: 10_000n,
      memoryPerGibHour: 2_000n,
      storagePerGibHour: { default: 100n, ssd: 200n },
      gpuPerHour: { rtx4090: 300_000n },
      endpointPerHour: 500n,
      ipPerHour: 1_000n,
    },
    inventory: {
      cpuMillis: { total: 16_000, free: 16_000 },
      cpuArch: 'amd64',
      memoryBytes: { total: 64 * gibibyte, free: 64 * gibibyte },
      storageBytes: {
        default: { total: 500 * gibibyte, free: 500 * gibibyte },
        ssd: { total: 100 * gibibyte, free: 100 * gibibyte },
      },
      gpus: [{ vendor: 'nvidia', model: 'rtx4090', memoryBytes: 24 * gibibyte, total: 2, free: 2 }],
      ips: { total: 1, free: 1 },
    },
    region: 'eu-west',
    attributes: { tier: 'community' },
    runtime: 'docker',
    tenants: [],
    publicKey: word('33'),
    images: [],
    ...changes,
  }
}

/** An order for one core, one GiB of memory and one GiB of storage, which anybody can serve: 12,100 an hour. */
export function sampleOrder(changes: Partial<Order> = {}): Order {
  return {
    tenant: sampleAddress(0x7e),
    chainId: 31337,
    salt: word('55'),
    token: sampleAddress(0xd0),
    units: [sampleUnit()],
    ips: 0,
    placement: { regions: [], attributes: [], auditors: { anyOf: [], allOf: [] } },
    policy: { choose: 'cheapest', auction: 'first', windowMs: 0 },
    maxRatePerHour: 10_000_000n,
    depositSeconds: 3600,
    maxDuration: 0,
    termsHash: word('77'),
    startWithinSeconds: 60,
    createdAtMs: 900_000,
    expiresAtMs: 1_900_000,
    exclude: [],
    ...changes,
  }
}

export function sampleUnit(changes: Partial<Order['units'][number]> = {}): Order['units'][number] {
  return {
    service: 'web',
    count: 1,
    resources: { cpuMillis: 1000, memoryBytes: gibibyte, storageBytes: gibibyte, volumes: [] },
    endpoints: 0,
    image: 'nginx:1.27',
    ...changes,
  }
}

/** A unit that needs GPUs and next to nothing else. */
export function sampleGpuUnit(
  gpu: NonNullable<Order['units'][number]['resources']['gpu']>,
  count = 1,
): Order['units'][number] {
  return sampleUnit({
    count,
    resources: { cpuMillis: 1, memoryBytes: 1, storageBytes: 0, volumes: [], gpu },
  })
}
