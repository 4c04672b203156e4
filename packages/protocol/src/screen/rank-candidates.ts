import type { Ask } from '../ask/ask.ts'
import { canonicalImage } from '../image/canonical-image.ts'
import type { Order } from '../order/order.ts'
import type { Address } from '../units/units.ts'
import type { Policy } from '../workload/workload.ts'

/** A provider that passed the screening. */
export interface Candidate {
  provider: Address
  ratePerHour: bigint
  /** Whether every image of the order is on its disk already. */
  hasImages: boolean
  latencyMs?: number | undefined
}

/** How an engine may write each image of an order, kept while the order is held against ask after ask. */
const spellings = new WeakMap<Order['units'], string[][]>()

function spellingsOf(units: Order['units']): string[][] {
  const known = spellings.get(units)
  if (known !== undefined) return known
  const found = units.map(({ image }) => {
    const whole = canonicalImage(image)
    // Docker leaves its own registry's name away, Podman spells it out.
    return [...new Set([image, whole, whole.replace(/^docker\.io\/(library\/)?/, '')])]
  })
  spellings.set(units, found)
  return found
}

/** Whether an ask names every image of an order. */
export function hasImages(order: Pick<Order, 'units'>, ask: Pick<Ask, 'images'>): boolean {
  const there = new Set(ask.images)
  return spellingsOf(order.units).every((spellings) => spellings.some((image) => there.has(image)))
}

/** What pulling an image is worth in `balanced`: a fortieth of the rate. */
const pullPerMille = 25n
/** What a millisecond of latency is worth in `balanced`: a thousandth of the rate every ten, at most a tenth of it. */
const latencyMsPerMille = 10
const mostLatencyPerMille = 100

/**
 * Best first, by the tenant's policy: `cheapest` and `person` by rate, `fastest` by what starts soonest, `balanced` by
 * the rate with a surcharge for slowness. What is equal is decided by the others, and at last by address, so that the
 * order of arrival never counts.
 */
export function rankCandidates<C extends Candidate>(policy: Policy, candidates: readonly C[]): C[] {
  const byRate = (a: C, b: C) => compare(a.ratePerHour, b.ratePerHour)
  const byImages = (a: C, b: C) => Number(b.hasImages) - Number(a.hasImages)
  const byLatency = (a: C, b: C) => compare(a.latencyMs ?? Infinity, b.latencyMs ?? Infinity)
  const byAddress = (a: C, b: C) => compare(a.provider, b.provider)
  const byBalance = (a: C, b: C) => compare(surcharged(a), surcharged(b))
  const orders = {
    cheapest: [byRate, byImages, byLatency, byAddress],
    person: [byRate, byImages, byLatency, byAddress],
    fastest: [byImages, byLatency, byRate, byAddress],
    balanced: [byBalance, byRate, byImages, byLatency, byAddress],
  }[policy.choose]
  return [...candidates].sort((a, b) => orders.reduce((found, by) => found || by(a, b), 0))
}

function surcharged({ ratePerHour, hasImages: there, latencyMs }: Candidate): bigint {
  const slowness =
    latencyMs === undefined
      ? mostLatencyPerMille
      : Math.min(mostLatencyPerMille, latencyMs / latencyMsPerMille)
  return ratePerHour * (1000n + (there ? 0n : pullPerMille) + BigInt(Math.floor(slowness)))
}

function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
