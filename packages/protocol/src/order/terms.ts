import { hashCanonical } from '../hash/canonical-json.ts'
import type { Address, Hex } from '../units/units.ts'
import type { Group, Placement, Service, Workload } from '../workload/workload.ts'
import type { Order, OrderUnit } from './order.ts'

/** Hash that ties an agreement to what will run: the group and the service levels. */
export function termsHashOf(group: Group, serviceLevels: Workload['serviceLevels']): Hex {
  return hashCanonical({ group, serviceLevels: serviceLevels ?? null })
}

function unitOf(service: Service): OrderUnit {
  return {
    service: service.name,
    count: service.replicas,
    resources: service.resources,
    endpoints: service.ports.filter((port) => port.public && port.protocol !== 'http').length,
    image: service.image,
  }
}

/** Where a group may run: what it says, and what its services cannot run without. Asks state such things as `yes`. */
function requiredPlacement({ placement, services }: Group): Placement {
  const keys = services.flatMap(({ isolation, tee }) => [
    ...(isolation === undefined ? [] : [`isolation-${isolation}`]),
    ...(tee === undefined ? [] : [`tee-${tee}`]),
  ])
  const required = [...new Set(keys)].map((key) => ({ key, value: 'yes' }))
  return { ...placement, attributes: [...placement.attributes, ...required] }
}

export interface OrderTerms {
  tenant: Address
  chainId: number
  token: Address
  salt: Hex
  maxRatePerHour: bigint
  depositSeconds: number
  startWithinSeconds: number
  payment?: Order['payment']
  createdAtMs: number
  expiresAtMs: number
  exclude?: readonly Address[]
}

/** The order for one group of a workload. */
export function orderFor(workload: Workload, group: Group, terms: OrderTerms): Order {
  const { payment, ...always } = terms
  return {
    ...always,
    ...(payment === undefined ? {} : { payment }),
    units: group.services.map(unitOf),
    ips: group.ips.length,
    placement: requiredPlacement(group),
    policy: workload.policy,
    maxDuration: workload.maxDurationSeconds ?? 0,
    termsHash: termsHashOf(group, workload.serviceLevels),
    exclude: [...(terms.exclude ?? [])],
  }
}
