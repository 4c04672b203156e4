/** A text that is nothing but one literal. The dots are any character, as in both official validators. */
export const exactLiteral = /^%%(?:ops|global).[^%]+%%$/

const literal = /%%(ops|globals?)\.([^%]+)%%/g

export interface Literal {
  /** As written, percent signs included. */
  text: string
  /** `global` stands for `globals` too. */
  root: 'ops' | 'global'
  /** What stands between the first dot and the end. */
  path: string
}

/** The literals of a text, in order. */
export function literalsIn(text: string): Literal[] {
  if (!text.includes('%%')) return []
  return Array.from(text.matchAll(literal), ([whole, root, path]) => ({
    text: whole,
    root: root === 'ops' ? 'ops' : 'global',
    path: path ?? '',
  }))
}

/** The one literal that is the whole of a text. */
export function literalOf(text: string): Literal | undefined {
  const [first] = literalsIn(text)
  return first !== undefined && first.text === text ? first : undefined
}

/** The text with every literal replaced by what `replace` gives; a literal stays when that is undefined. */
export function replaceLiterals(text: string, replace: (literal: Literal) => string | undefined): string {
  if (!text.includes('%%')) return text
  return text.replace(literal, (whole, root: string, path: string) => {
    return replace({ text: whole, root: root === 'ops' ? 'ops' : 'global', path }) ?? whole
  })
}

/**
 * Splits an operation's literal into the operation and what is asked of it. Ids may hold dots, so the longest id that
 * fits wins; with none known, the id ends at the first dot.
 */
export function splitOperation(
  path: string,
  ids: Iterable<string>,
): { id: string; rest: string } | undefined {
  let found: string | undefined
  for (const id of ids) {
    if (path.startsWith(`${id}.`) && (found === undefined || id.length > found.length)) found = id
  }
  const id = found ?? path.split('.', 1)[0] ?? ''
  const rest = path.slice(id.length + 1)
  return rest === '' ? undefined : { id, rest }
}
