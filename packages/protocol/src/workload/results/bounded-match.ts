import type { RegexNode, RegexTree } from './regex-syntax.ts'

/** Steps that are left; a match that needs more is given up. */
export interface Budget {
  steps: number
}

class OutOfSteps extends Error {}

type Captures = (string | undefined)[]
type Next = (at: number, captures: Captures) => Captures | undefined

/**
 * The first match, its groups behind it, as `String.match` gives it; undefined when there is none or the budget is
 * spent. (Only what a lookbehind refers back to is sought forwards, which the language does backwards.) It backtracks, as what looks ahead or refers back cannot be matched otherwise, but never without counting.
 */
export function boundedMatch(tree: RegexTree, text: string, budget: Budget): string[] | undefined {
  try {
    for (let start = 0; start <= text.length; start += 1) {
      let end = start
      const found = step(tree.root, text, start, new Array(tree.captures + 1), budget, (at, captures) => {
        end = at
        return captures
      })
      if (found !== undefined) {
        return [
          text.slice(start, end),
          ...Array.from({ length: tree.captures }, (_, index) => found[index + 1] ?? ''),
        ]
      }
    }
    return undefined
  } catch (error) {
    if (error instanceof OutOfSteps) return undefined
    // The depth of the stack is a budget too.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function step(
  node: RegexNode,
  text: string,
  at: number,
  captures: Captures,
  budget: Budget,
  next: Next,
): Captures | undefined {
  budget.steps -= 1
  if (budget.steps < 0) throw new OutOfSteps()
  switch (node.kind) {
    case 'set': {
      const character = text[at]
      return character !== undefined && node.test(character) ? next(at + 1, captures) : undefined
    }
    case 'sequence':
      return sequence(node.parts, 0, text, at, captures, budget, next)
    case 'either': {
      for (const branch of node.branches) {
        const found = step(branch, text, at, captures, budget, next)
        if (found !== undefined) return found
      }
      return undefined
    }
    case 'capture':
      return step(node.inner, text, at, captures, budget, (end, inner) => {
        const copy = inner.slice()
        copy[node.index] = text.slice(at, end)
        return next(end, copy)
      })
    case 'look': {
      const found = node.behind
        ? lookBehind(node.inner, text, at, captures, budget)
        : step(node.inner, text, at, captures, budget, (_, inner) => inner)
      if ((found === undefined) !== node.negative) return undefined
      return next(at, node.negative || found === undefined ? captures : found)
    }
    case 'repeat':
      return repeat(node, 0, text, at, captures, budget, next)
    case 'back': {
      const before = captures[node.index] ?? ''
      return text.startsWith(before, at) ? next(at + before.length, captures) : undefined
    }
    case 'at':
      return isAt(node.where, text, at) ? next(at, captures) : undefined
  }
}

function sequence(
  parts: readonly RegexNode[],
  index: number,
  text: string,
  at: number,
  captures: Captures,
  budget: Budget,
  next: Next,
): Captures | undefined {
  const part = parts[index]
  if (part === undefined) return next(at, captures)
  return step(part, text, at, captures, budget, (end, inner) =>
    sequence(parts, index + 1, text, end, inner, budget, next),
  )
}

function repeat(
  node: Extract<RegexNode, { kind: 'repeat' }>,
  done: number,
  text: string,
  at: number,
  captures: Captures,
  budget: Budget,
  next: Next,
): Captures | undefined {
  if (node.inner.kind === 'set') return repeatSet(node, node.inner, text, at, captures, budget, next)
  const more = () =>
    done >= node.most
      ? undefined
      : step(node.inner, text, at, forgotten(node, captures), budget, (end, inner) => {
          // Going round on nothing would never end.
          if (end === at && done >= node.least) return undefined
          return repeat(node, done + 1, text, end, inner, budget, next)
        })
  if (done < node.least) return more()
  return node.greedy ? (more() ?? next(at, captures)) : (next(at, captures) ?? more())
}

function forgotten({ from, to }: Extract<RegexNode, { kind: 'repeat' }>, captures: Captures): Captures {
  if (from >= to) return captures
  const copy = captures.slice()
  copy.fill(undefined, from, to)
  return copy
}

/** A repeat of single characters needs no stack. */
function repeatSet(
  node: Extract<RegexNode, { kind: 'repeat' }>,
  set: Extract<RegexNode, { kind: 'set' }>,
  text: string,
  at: number,
  captures: Captures,
  budget: Budget,
  next: Next,
): Captures | undefined {
  const fits = (index: number) => {
    budget.steps -= 1
    if (budget.steps < 0) throw new OutOfSteps()
    const character = text[index]
    return character !== undefined && set.test(character)
  }
  let end = at
  while (end - at < (node.greedy ? node.most : node.least) && fits(end)) end += 1
  if (end - at < node.least) return undefined
  if (!node.greedy) {
    for (;;) {
      const found = next(end, captures)
      if (found !== undefined || end - at >= node.most || !fits(end)) return found
      end += 1
    }
  }
  for (; end - at >= node.least; end -= 1) {
    budget.steps -= 1
    if (budget.steps < 0) throw new OutOfSteps()
    const found = next(end, captures)
    if (found !== undefined) return found
  }
  return undefined
}

function lookBehind(
  inner: RegexNode,
  text: string,
  at: number,
  captures: Captures,
  budget: Budget,
): Captures | undefined {
  for (let start = at; start >= 0; start -= 1) {
    const found = step(inner, text, start, captures, budget, (end, result) =>
      end === at ? result : undefined,
    )
    if (found !== undefined) return found
  }
  return undefined
}

function isAt(where: Extract<RegexNode, { kind: 'at' }>['where'], text: string, at: number): boolean {
  if (where === 'start') return at === 0
  if (where === 'end') return at === text.length
  const edge = isWord(text[at - 1]) !== isWord(text[at])
  return where === 'word' ? edge : !edge
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^\w$/.test(character)
}
