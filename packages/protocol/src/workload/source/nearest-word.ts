/** Words that are compared; the last of a longer list go unseen. */
const maxKnown = 150

/** The known word that was probably meant: same letters but for case and separators, or at most two slips away. */
export function nearestWord(word: string, words: Iterable<string>, slips?: number): string | undefined {
  const known = firstOf(words, maxKnown)
  const folded = fold(word)
  const same = known.find((candidate) => fold(candidate) === folded)
  if (same !== undefined) return same
  if (word.length > 40) return undefined
  let best: string | undefined
  let fewest = 1 + (slips ?? (folded.length <= 4 ? 1 : 2))
  for (const candidate of known) {
    const apart = distance(folded, fold(candidate), fewest)
    if (apart < fewest) {
      best = candidate
      fewest = apart
    }
  }
  return best
}

/** Nothing but words, one of which has to stand there: `one of a, b`, `a, b or c`. */
const wordList = /^(?:one of )?"?[\w.:/-]+"?(?:(?:, | or )"?[\w.:/-]+"?)*$/

/** The word that was probably meant where one of a few was expected; undefined where texts of any kind were. */
export function meantWord(value: unknown, expected: string): string | undefined {
  if (typeof value !== 'string' || expected.length > 200 || !wordList.test(expected)) return undefined
  const words = expected
    .replace(/^one of /, '')
    .split(/, | or /)
    .map((word) => word.replace(/"/g, ''))
  if (words.length < 2) return undefined
  // Where so few can be meant, two slips are no reason to doubt, and a beginning will do.
  const begun = value.length < 3 ? [] : words.filter((word) => word.startsWith(value.toLowerCase()))
  return begun.length === 1 ? begun[0] : nearestWord(value, words, value.length < 3 ? 1 : 2)
}

function firstOf(words: Iterable<string>, most: number): string[] {
  const first: string[] = []
  for (const word of words) {
    if (first.length >= most) break
    first.push(word)
  }
  return first
}

function fold(word: string): string {
  return /[-_\sA-Z]/.test(word) ? word.toLowerCase().replace(/[-_\s]/g, '') : word.toLowerCase()
}

/** Edit distance in which two neighbours that changed places are one slip, given up at `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforePrevious: number[] = []
  let previous: number[] = []
  let current: number[] = []
  let leastBefore = 0
  for (let column = 0; column <= b.length; column += 1) previous.push(column)
  for (let row = 1; row <= a.length; row += 1) {
    const letter = a.charCodeAt(row - 1)
    let least = row
    current[0] = row
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (letter === b.charCodeAt(column - 1) ? 0 : 1)
      let slips = Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      const isSwapped =
        row > 1 &&
        column > 1 &&
        letter === b.charCodeAt(column - 2) &&
        a.charCodeAt(row - 2) === b.charCodeAt(column - 1)
      if (isSwapped) slips = Math.min(slips, (beforePrevious[column - 2] ?? 0) + 1)
      current[column] = slips
      if (slips < least) least = slips
    }
    if (least >= limit && leastBefore + 1 >= limit) return limit
    leastBefore = least
    ;[beforePrevious, previous, current] = [previous, current, beforePrevious]
  }
  return previous[b.length] ?? limit
}
