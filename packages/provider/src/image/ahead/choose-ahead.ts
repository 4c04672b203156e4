/** That a tenant asked for an image on the market. One word of each tenant counts, the newest: who orders often has no more say. */
export interface ImageWish {
  reference: string
  tenant: string
  /** Milliseconds since 1970. */
  askedAtMs: number
}

/** An image that was fetched before anybody needed it, and has not been used since. */
export interface AheadImage {
  reference: string
  sizeBytes: number
}

export interface AheadFacts {
  wishes: readonly ImageWish[]
  /** References that are here, whoever brought them. */
  here: ReadonlySet<string>
  ahead: readonly AheadImage[]
  /** When fetching an image last came to nothing, milliseconds since 1970. */
  failedAtMs: ReadonlyMap<string, number>
  budgetBytes: number
  /** Bytes that may still be written before the disk is as full as its cleaning leaves it. */
  roomBytes: number
  leastTenants: number
  nowMs: number
}

export interface AheadPlan {
  /** To be fetched now. */
  fetch: string | undefined
  /** To be removed: the least wanted, where they are more than the budget allows. */
  remove: string[]
}

const dayMs = 24 * 3_600_000
/** A wish counts half after a day. */
const halfLifeMs = dayMs
/** A wish is forgotten after so long. */
export const wishLifeMs = 7 * dayMs
const retryAfterMs = 6 * 3_600_000

/** How much an image is wanted: each tenant's wish, the older the less. */
export function demandOf(
  wishes: readonly ImageWish[],
  nowMs: number,
): Map<string, { tenants: number; weight: number }> {
  const newest = new Map<string, ImageWish>()
  for (const wish of wishes) {
    const key = `${wish.reference} ${wish.tenant}`
    const before = newest.get(key)
    if (before === undefined || before.askedAtMs < wish.askedAtMs) newest.set(key, wish)
  }
  const demand = new Map<string, { tenants: number; weight: number }>()
  for (const { reference, askedAtMs } of newest.values()) {
    const ageMs = Math.max(0, nowMs - askedAtMs)
    if (ageMs > wishLifeMs) continue
    const { tenants, weight } = demand.get(reference) ?? { tenants: 0, weight: 0 }
    demand.set(reference, { tenants: tenants + 1, weight: weight + 2 ** (-ageMs / halfLifeMs) })
  }
  return demand
}

/**
 * What to fetch ahead and what to give up for it. An image's size is known only once it is here, so one is fetched only while
 * there is room left in the budget and on the disk; should it turn out too much, the least wanted goes again.
 */
export function planAhead(facts: AheadFacts): AheadPlan {
  const { wishes, here, ahead, failedAtMs, budgetBytes, roomBytes, leastTenants, nowMs } = facts
  const demand = demandOf(wishes, nowMs)
  const weightOf = (reference: string) => demand.get(reference)?.weight ?? 0
  const byWeight = (a: string, b: string) => weightOf(b) - weightOf(a) || (a < b ? -1 : 1)
  const heldBytes = ahead.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  let overBytes = heldBytes - budgetBytes
  const remove: string[] = []
  for (const { reference, sizeBytes } of [...ahead].sort((a, b) => byWeight(b.reference, a.reference))) {
    if (overBytes <= 0) break
    remove.push(reference)
    overBytes -= sizeBytes
  }
  const mayFetch = remove.length === 0 && heldBytes < budgetBytes && roomBytes > budgetBytes - heldBytes
  if (!mayFetch) return { fetch: undefined, remove }
  const [fetch] = [...demand]
    .filter(([reference, { tenants }]) => {
      const failedMs = failedAtMs.get(reference)
      const isRested = failedMs === undefined || nowMs - failedMs >= retryAfterMs
      return tenants >= leastTenants && isRested && !here.has(reference)
    })
    .map(([reference]) => reference)
    .sort(byWeight)
  return { fetch, remove }
}
