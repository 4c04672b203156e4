import type { Address, Ask, Hex } from '@sublet/protocol'
import type { ProviderConfig } from '../config.ts'
import { machineAttributes } from '../inventory/machine-attributes.ts'
import type { Stock } from '../inventory/stock.ts'
import type { Availability } from '../leaving/leaving-plan.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { askOf } from './ask.ts'
import type { Pricing } from './pricing.ts'

/** What the provider would sign at this moment. */
export interface Offer {
  /** `without` leaves one lease's own claim out of what is taken. */
  ask(sequence: number, expiresAtMs: number, without?: Hex): Ask
  /** From now on nothing is offered; leases run on. */
  drain(): void
}

export function createOffer(parts: {
  provider: Address
  chainId: number
  token: Address
  publicKey: Hex
  pricing: Pick<Pricing, 'list'>
  stock: Stock
  runtime: Pick<
    Runtime,
    'name' | 'isolates' | 'gaps' | 'secretsInMemory' | 'diskLimits' | 'leaseMegabits' | 'isolations'
  >
  config: Pick<ProviderConfig, 'region' | 'attributes' | 'tenants' | 'strangersWithout'>
  /** Whom alone a runtime that does not isolate, or not wholly, may serve. */
  ownTenants: readonly Address[]
  availability: () => Availability
}): Offer {
  const { provider, chainId, token, publicKey, pricing, stock, runtime, config, ownTenants } = parts
  let draining = false
  return {
    ask(sequence, expiresAtMs, without) {
      const machine = stock.machine()
      const { offering, leavesAtMs } = parts.availability()
      const takesNone = draining || !offering
      const { capacity, cpuArch } = machine
      const free = stock.free(without)
      const gaps = runtime.gaps()
      const isForStrangers = runtime.isolates && gaps.every((gap) => config.strangersWithout.includes(gap))
      return askOf({
        provider,
        chainId,
        token,
        prices: pricing.list({ devices: capacity.devices, free: free.devices }),
        capacity,
        free,
        cpuArch,
        region: config.region,
        attributes: {
          ...machineAttributes(machine),
          ...config.attributes,
          // Not the owner's word: what the runtime does.
          secrets: runtime.secretsInMemory ? 'memory' : 'engine',
          'isolation-gvisor': runtime.isolations.includes('gvisor') ? 'yes' : 'no',
          'network-isolation': gaps.includes('network') ? 'no' : 'yes',
          seccomp: gaps.includes('seccomp') ? 'no' : 'yes',
          'disk-limits': runtime.diskLimits,
          ...(runtime.leaseMegabits === undefined ? {} : { 'lease-mbps': String(runtime.leaseMegabits) }),
        },
        runtime: runtime.name,
        tenants: isForStrangers ? config.tenants : ownTenants,
        publicKey,
        images: stock.images(),
        sequence,
        expiresAtMs,
        // An ask without tenants is for everybody.
        offersNothing: takesNone || (!isForStrangers && ownTenants.length === 0),
        draining: takesNone,
        unavailableFromMs: leavesAtMs,
      })
    },
    drain() {
      draining = true
    },
  }
}
