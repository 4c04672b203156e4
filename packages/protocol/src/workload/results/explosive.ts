import { regexProblem } from '../regex.ts'
import { boundedMatch } from './bounded-match.ts'
import { parseRegex } from './regex-syntax.ts'

const attackRepeats = 28
const attackLength = 96
/** What a pattern that is merely slow stays under on so short a text; doubling with every character passes it soon. */
const maxSteps = 60_000

/**
 * Whether a backtracking matcher can be made to take exponential time by a valid pattern. A repeat within a repeat is
 * only a suspicion (`(\d+\.)+` is harmless), so suspects are tried on texts made to trap them.
 */
export function isExplosive(pattern: string): boolean {
  const suspicion = regexProblem(pattern)
  if (suspicion === undefined || !/exponential/.test(suspicion)) return false
  const tree = parseRegex(pattern)
  return baits(pattern).some((bait) => {
    const budget = { steps: maxSteps }
    boundedMatch(tree, `${bait.repeat(attackRepeats).slice(0, attackLength)}\u0000!`, budget)
    return budget.steps <= 0
  })
}

/** Characters and words that the pattern itself is made of, and some that classes like `\w` take. */
function baits(pattern: string): string[] {
  const characters = pattern.replace(/\\[a-zA-Z]/g, '').match(/[^\\^$.|?*+()[\]{}]/g) ?? []
  const words = pattern.match(/[A-Za-z0-9]{2,}/g) ?? []
  return [...new Set(['a', '0', ' ', '-', ...characters.slice(0, 16), ...words.slice(0, 8)])].slice(0, 24)
}
