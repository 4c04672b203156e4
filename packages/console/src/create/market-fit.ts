import {
  type Ask,
  type Exclusion,
  type Group,
  lowestMatchingRate,
  orderFor,
  screen,
  type WalletSummary,
  type Workload,
} from '@sublet/protocol'

/** How one group of a workload would do on the market at this moment. Rates in token base units per hour. */
export interface GroupFit {
  group: string
  asks: number
  fitting: number
  /** Of those that fit. */
  lowestPerHour: bigint | undefined
  highestPerHour: bigint | undefined
  /** Where nothing fits and only the rate is in the way: what it would take. */
  wouldTakePerHour: bigint | undefined
  /** Why the others do not fit, most frequent first. */
  obstacles: readonly { reason: Exclusion['reason']; providers: number; example: string }[]
}

export interface FitContext {
  wallet: Pick<WalletSummary, 'address' | 'chainId' | 'token'>
  /** Token base units per hour for each group; overrides the file's. */
  maxRatePerHour: bigint | undefined
  nowMs: number
}

/** More than anything costs; what an order may cost that names no limit. */
const noLimitPerHour = 10n ** 24n
const noHash = `0x${'0'.repeat(64)}` as const

/** The same screening that indexers do, on the asks that the market shows; the auction may still end lower or higher. */
export function marketFit(workload: Workload, asks: readonly Ask[], context: FitContext): GroupFit[] {
  return workload.groups.map((group) => groupFit(workload, group, asks, context))
}

function groupFit(workload: Workload, group: Group, asks: readonly Ask[], context: FitContext): GroupFit {
  const { wallet, maxRatePerHour, nowMs } = context
  const inFile = group.maxRatePerHour === undefined ? noLimitPerHour : BigInt(group.maxRatePerHour)
  const order = orderFor(workload, group, {
    tenant: wallet.address,
    chainId: wallet.chainId,
    token: wallet.token,
    salt: noHash,
    maxRatePerHour: maxRatePerHour ?? inFile,
    depositSeconds: 1,
    startWithinSeconds: 1,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + 1,
  })
  const rates: bigint[] = []
  const excluded: Exclusion[] = []
  for (const ask of asks) {
    const screened = screen(order, ask, { nowMs })
    if (screened.ok) rates.push(screened.ratePerHour)
    else excluded.push(screened.exclusion)
  }
  rates.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return {
    group: group.name,
    asks: asks.length,
    fitting: rates.length,
    lowestPerHour: rates.at(0),
    highestPerHour: rates.at(-1),
    wouldTakePerHour: rates.length > 0 ? undefined : lowestMatchingRate(excluded),
    obstacles: countReasons(excluded),
  }
}

function countReasons(excluded: readonly Exclusion[]): GroupFit['obstacles'] {
  const counts = new Map<Exclusion['reason'], { providers: number; example: string }>()
  for (const { reason, message } of excluded) {
    const known = counts.get(reason)
    if (known === undefined) counts.set(reason, { providers: 1, example: message })
    else known.providers += 1
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, ...count }))
    .sort((a, b) => b.providers - a.providers || (a.reason < b.reason ? -1 : 1))
}
