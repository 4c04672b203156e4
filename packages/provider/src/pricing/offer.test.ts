import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { freeOf } from '../inventory/claims.ts'
import type { Stock } from '../inventory/stock.ts'
import type { IsolationGap } from '../runtime/runtime.ts'
import { defaultPrices } from './default-prices.ts'
import { createOffer } from './offer.ts'

const hash = `0x${'01'.repeat(32)}` as const
const ownTenant = `0x${'0b'.repeat(20)}` as const
const capacity = {
  cpuMillis: 8_000,
  memoryBytes: 16 * gibibyte,
  storageBytes: { default: 100 * gibibyte },
  devices: [],
  ips: 0,
}

/** What is offered, and to whom, where so much of the isolation is missing. */
function offered(
  gaps: readonly IsolationGap[],
  more: { isolates?: boolean; ownTenants?: (typeof ownTenant)[]; strangersWithout?: IsolationGap[] } = {},
) {
  const { isolates = true, ownTenants = [ownTenant], strangersWithout = [] } = more
  const stock = {
    machine: () => ({ capacity, cpuArch: 'amd64', cpuModel: '' }),
    free: () => freeOf(capacity, []),
    images: () => [],
  } as unknown as Stock
  const offer = createOffer({
    provider: ownTenant,
    chainId: 1,
    token: ownTenant,
    publicKey: hash,
    pricing: { list: () => defaultPrices(6) },
    stock,
    runtime: {
      name: 'docker',
      isolates,
      gaps: () => gaps,
      secretsInMemory: true,
      diskLimits: 'all',
      isolations: [],
    },
    config: { region: 'local', attributes: { 'network-isolation': 'yes' }, tenants: [], strangersWithout },
    ownTenants,
    availability: () => ({ offering: true, leavesAtMs: undefined, reason: '' }),
  })
  const { tenants, inventory, attributes } = offer.ask(1, 2)
  return { tenants, freeCpuMillis: inventory.cpuMillis.free, attributes }
}

test('everybody is served where leases are wholly isolated', () => {
  const { tenants, freeCpuMillis, attributes } = offered([])
  expect({ tenants, freeCpuMillis }).toEqual({ tenants: [], freeCpuMillis: 8_000 })
  expect(attributes).toMatchObject({ 'network-isolation': 'yes', seccomp: 'yes' })
})

test('only own tenants are, where something of it is missing, and asks say so whatever the owner says', () => {
  const { tenants, attributes } = offered(['network'])
  expect(tenants).toEqual([ownTenant])
  expect(attributes).toMatchObject({ 'network-isolation': 'no', seccomp: 'yes' })
  expect(offered(['seccomp']).attributes.seccomp).toBe('no')
})

test('nobody is where there are no own tenants: an ask that names none would be for all', () => {
  expect(offered(['network'], { ownTenants: [] }).freeCpuMillis).toBe(0)
})

test('strangers are served without what the owner says they may do without, and without nothing more', () => {
  expect(offered(['network'], { strangersWithout: ['network'] }).tenants).toEqual([])
  expect(offered(['network', 'seccomp'], { strangersWithout: ['network'] }).tenants).toEqual([ownTenant])
  const host = offered(['network', 'seccomp'], { isolates: false, strangersWithout: ['network', 'seccomp'] })
  expect(host.tenants).toEqual([ownTenant])
})
