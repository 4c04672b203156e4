import { RE2JS } from 're2js'
import { type Budget, boundedMatch } from './bounded-match.ts'
import { isExplosive } from './explosive.ts'
import { parseRegex, type RegexTree } from './regex-syntax.ts'

const maxPatternLength = 1000
/** With every counted repeat written out; keeps a line's cost at some milliseconds. */
const maxPatternSize = 4000
const maxStepsPerLine = 200_000
/** For one expression over all lines of a service: about a second of work. */
const maxStepsPerService = 20_000_000

export interface ResultRegex {
  /** The first match and its groups, as `String.match` gives them (a group that took no part is empty). */
  match(line: string): string[] | undefined
}

/** Why a provider would not run an expression, as the end of a sentence; undefined if it would. */
export function resultRegexProblem(pattern: string): string | undefined {
  const plan = planFor(pattern)
  return typeof plan === 'string' ? plan : undefined
}

/** The pattern taken apart, or undefined when only RE2 knows its syntax; a text is a problem. */
function planFor(pattern: string): { tree: RegexTree | undefined } | string {
  if (pattern.length > maxPatternLength) return `is longer than ${maxPatternLength} characters`
  const tree = parseIfValid(pattern)
  if (tree === undefined) {
    return compileLinear(pattern, true) === undefined ? 'is not a valid regular expression' : { tree }
  }
  if (tree.size > maxPatternSize) return 'repeats too much for a provider to run it'
  return isExplosive(pattern) ? 'can take exponential time' : { tree }
}

/**
 * Compiles a result's expression so that no output can make it run long: in linear time by RE2 where RE2 knows its
 * syntax, else (what looks ahead or refers back) by a matcher that counts its steps and gives up.
 */
export function compileResultRegex(pattern: string): ResultRegex | { problem: string } {
  const plan = planFor(pattern)
  if (typeof plan === 'string') return { problem: plan }
  const { tree } = plan
  const linear = compileLinear(pattern, tree === undefined)
  if (linear !== undefined) return linear
  if (tree === undefined) return { problem: 'is not a valid regular expression' }
  const total: Budget = { steps: maxStepsPerService }
  return {
    match(line) {
      if (total.steps <= 0) return undefined
      const budget: Budget = { steps: Math.min(maxStepsPerLine, total.steps) }
      const before = budget.steps
      const found = boundedMatch(tree, line, budget)
      total.steps -= before - Math.max(0, budget.steps)
      return found
    },
  }
}

function parseIfValid(pattern: string): RegexTree | undefined {
  try {
    new RegExp(pattern)
  } catch {
    return undefined
  }
  return parseRegex(pattern)
}

/** `foreign` patterns are RE2's own syntax, whose size is not known, so counted repeats are refused in them. */
function compileLinear(pattern: string, foreign: boolean): ResultRegex | undefined {
  if (foreign && pattern.includes('{')) return undefined
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern, RE2JS.LOOKBEHINDS)
  } catch {
    return undefined
  }
  return {
    match(line) {
      const matcher = compiled.matcher(line)
      if (!matcher.find()) return undefined
      return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? '')
    },
  }
}
