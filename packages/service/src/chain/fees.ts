/** What a transaction offers for its gas, in wei for each unit. */
export type Fees =
  | { type: 'eip1559'; maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }
  | { type: 'legacy'; gasPrice: bigint }

/** A quarter more and one wei: nodes take a replacement from an eighth more on. */
const more = (wei: bigint) => (wei * 5n) / 4n + 1n
const larger = (a: bigint, b: bigint) => (a > b ? a : b)

/** Fees that replace a stuck transaction: above what it offered, and at least what the chain asks for now. */
export function raisedFees(offered: Fees, current: Fees): Fees {
  if (offered.type === 'legacy') {
    const now = current.type === 'legacy' ? current.gasPrice : current.maxFeePerGas
    return { type: 'legacy', gasPrice: larger(more(offered.gasPrice), now) }
  }
  const now =
    current.type === 'eip1559'
      ? current
      : { maxFeePerGas: current.gasPrice, maxPriorityFeePerGas: current.gasPrice }
  const maxPriorityFeePerGas = larger(more(offered.maxPriorityFeePerGas), now.maxPriorityFeePerGas)
  const maxFeePerGas = larger(more(offered.maxFeePerGas), now.maxFeePerGas)
  return { type: 'eip1559', maxFeePerGas: larger(maxFeePerGas, maxPriorityFeePerGas), maxPriorityFeePerGas }
}
