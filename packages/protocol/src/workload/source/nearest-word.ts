/** The known word that was probably meant: same letters but for case and separators, or at most two slips away. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const folded = fold(word)
  const same = known.find((candidate) => fold(candidate) === folded)
  if (same !== undefined) return same
  if (word.length > 40) return undefined
  let best: string | undefined
  let fewest = folded.length <= 4 ? 2 : 3
  for (const candidate of known) {
    const slips = distance(folded, fold(candidate), fewest)
    if (slips < fewest) {
      best = candidate
      fewest = slips
    }
  }
  return best
}

function fold(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '')
}

/** Edit distance, given up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? limit
}
