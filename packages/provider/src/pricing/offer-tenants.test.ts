import type { Address, Ask } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Capacity } from '../inventory/claims.ts'
import { freeOf } from '../inventory/claims.ts'
import { defaultPrices } from './default-prices.ts'
import { createOffer } from './offer.ts'

const address = fc.stringMatching(/^0x[0-9a-f]{40}$/) as fc.Arbitrary<Address>
const addresses = fc.array(address, { minLength: 1, maxLength: 4 })
const capacity: Capacity = {
  cpuMillis: 4_000,
  memoryBytes: 2 ** 33,
  storageBytes: { default: 2 ** 35 },
  devices: [],
  ips: 0,
}

function askOf(
  isolates: boolean,
  tenants: readonly Address[],
  ownTenants: readonly Address[],
  offering = true,
): Ask {
  const offer = createOffer({
    provider: `0x${'0a'.repeat(20)}`,
    chainId: 1,
    token: `0x${'05'.repeat(20)}`,
    publicKey: `0x${'01'.repeat(32)}`,
    pricing: { list: () => defaultPrices(6) },
    stock: {
      machine: () => ({ capacity, cpuArch: 'amd64', cpuModel: '', gpus: { devices: [] } }) as never,
      withheld: () => [],
      images: () => [],
      free: () => freeOf(capacity, []),
      keep() {},
      measure: async () => {},
      lookForImages: async () => {},
    },
    runtime: {
      name: isolates ? 'docker' : 'host',
      isolates,
      gaps: () => [],
      secretsInMemory: false,
      diskLimits: 'none',
      isolations: [],
    },
    config: { region: 'local', attributes: {}, tenants: [...tenants], strangersWithout: [] },
    ownTenants,
    availability: () => ({ offering, leavesAtMs: undefined, reason: '' }),
  })
  return offer.ask(1, 1_800_000_000_000)
}

test('without isolation only the machine’s own tenants are served, whomever the settings name', () => {
  fc.assert(
    fc.property(addresses, fc.array(address, { maxLength: 4 }), (own, named) => {
      expect(askOf(false, named, own).tenants).toEqual(own)
      expect(askOf(true, named, own).tenants).toEqual(named)
    }),
  )
})

test('only a drained machine says that it is drained; one that may serve nobody has nothing free either', () => {
  const freeOfAsk = ({ inventory }: Ask) => [inventory.cpuMillis.free, inventory.memoryBytes.free]
  const offered = askOf(true, [], [])
  expect([offered.draining, ...freeOfAsk(offered)]).toEqual([
    undefined,
    capacity.cpuMillis,
    capacity.memoryBytes,
  ])
  const drained = askOf(true, [], [], false)
  expect([drained.draining, ...freeOfAsk(drained)]).toEqual([true, 0, 0])
  const unserved = askOf(false, [], [])
  expect([unserved.draining, ...freeOfAsk(unserved)]).toEqual([undefined, 0, 0])
})
