/** When drawing a lease's earnings is worth its transaction. */
export interface DrawingTerms {
  /** Never draw less at a time, token base units. */
  least: bigint
  /** The most that gas may cost of what is drawn, hundredths of a percent. */
  mostCostBps: number
  /** What one whole native coin (10^18 wei) is worth, token base units. */
  tokenPerCoin: bigint
  /** Drawn at the latest after so many seconds, whatever it costs. */
  atLatestSeconds: number
}

export interface DrawingFacts {
  /** Earned and not drawn yet, token base units. */
  undrawn: bigint
  /** Since the last draw, or the opening. */
  secondsSinceDrawn: number
  gasUnits: bigint
  gasPriceWei: bigint
}

const weiPerCoin = 10n ** 18n
const wholeBps = 10_000n

/** What gas costs in token base units, rounded up. */
export function gasCost(gasUnits: bigint, gasPriceWei: bigint, tokenPerCoin: bigint): bigint {
  return (gasUnits * gasPriceWei * tokenPerCoin + weiPerCoin - 1n) / weiPerCoin
}

/** Whether to draw now: enough has come together for the gas to be a small part of it, or it has waited long enough. */
export function isWorthDrawing(facts: DrawingFacts, terms: DrawingTerms): boolean {
  const { undrawn, secondsSinceDrawn, gasUnits, gasPriceWei } = facts
  if (undrawn <= 0n) return false
  if (secondsSinceDrawn >= terms.atLatestSeconds) return true
  if (undrawn < terms.least) return false
  const cost = gasCost(gasUnits, gasPriceWei, terms.tokenPerCoin)
  return cost * wholeBps <= undrawn * BigInt(terms.mostCostBps)
}
