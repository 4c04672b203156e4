/** A block as it was when its events were applied. */
export interface KnownBlock {
  number: bigint
  hash: string
}

/**
 * The newest known block that is still part of the chain; undefined when none is. `known` goes from old to new. Blocks build
 * on each other, so once one is gone all after it are: a binary search asks for few.
 */
export async function commonAncestor(
  known: readonly KnownBlock[],
  hashAt: (number: bigint) => Promise<string | undefined>,
): Promise<KnownBlock | undefined> {
  let low = 0
  let high = known.length
  // All below `low` are in the chain, all from `high` on are not.
  while (low < high) {
    const middle = (low + high) >> 1
    const block = known[middle]
    if (block !== undefined && (await hashAt(block.number)) === block.hash) low = middle + 1
    else high = middle
  }
  return known[low - 1]
}
