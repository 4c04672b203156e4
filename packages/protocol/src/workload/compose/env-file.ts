import { fillVariables } from './variables.ts'

export type EnvFile = { values: Map<string, string | undefined> } | { problem: string; line: number }

/** What files of variables may still bring in. Shared by all that one workload names, it bounds what they grow to. */
export interface EnvBudget {
  characters: number
  entries: number
}

const maxCharacters = 1024 * 1024
const maxEntries = 5_000

export function newEnvBudget(): EnvBudget {
  return { characters: maxCharacters, entries: maxEntries }
}

/**
 * Reads a `.env` or `env_file`: `NAME=value` a line, `export` before it or not, single quotes (as written), double
 * quotes (with escapes) or none (up to ` #`). Values fill in what stands before them in the file, and `outside`. A
 * name alone has no value of its own. `raw` takes every value as it stands. What it reads is taken off `budget`.
 */
export function readEnvFile(
  text: string,
  outside: Readonly<Record<string, string>>,
  raw: boolean,
  budget: EnvBudget,
): EnvFile {
  const values = new Map<string, string | undefined>()
  const scope: Record<string, string> = { ...outside }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (let index = 0; index < lines.length; index += 1) {
    const start = index + 1
    const line = (lines[index] ?? '').trimStart()
    if (line === '' || line.startsWith('#')) continue
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:[=:](.*))?$/s.exec(line)
    const name = match?.[1]
    if (match === null || name === undefined) return { problem: 'is not NAME=value', line: start }
    budget.entries -= 1
    if (budget.entries < 0)
      return { problem: `is past the ${maxEntries} variables that files may bring in`, line: start }
    if (match[2] === undefined || raw) {
      budget.characters -= match[2]?.length ?? 0
      if (budget.characters < 0) return { problem: tooMuch, line: start }
      values.set(name, match[2])
      continue
    }
    const rest = match[2].trimStart()
    const quote = rest[0] === '"' || rest[0] === "'" ? rest[0] : undefined
    let inner = rest.replace(/(^|\s)#.*$/s, '').trim()
    if (quote !== undefined) {
      // A quoted value may go on over several lines.
      const pieces: string[] = []
      let piece = rest.slice(1)
      let end = closing(piece, quote)
      while (end < 0 && index + 1 < lines.length) {
        pieces.push(piece)
        index += 1
        piece = lines[index] ?? ''
        end = closing(piece, quote)
      }
      if (end < 0) return { problem: 'has a quote that is not closed', line: start }
      inner = [...pieces, piece.slice(0, end)].join('\n')
    }
    const value =
      quote === "'"
        ? { text: inner }
        : fillVariables(quote === '"' ? unescaped(inner) : inner, { values: scope })
    if ('problem' in value) return { problem: value.problem.message, line: start }
    // Values fill in one another, so a short file can say a lot.
    budget.characters -= value.text.length
    if (budget.characters < 0) return { problem: tooMuch, line: start }
    values.set(name, value.text)
    scope[name] = value.text
  }
  return { values }
}

const tooMuch = `takes the variables past the ${maxCharacters} characters that files may bring in`

function closing(text: string, quote: string): number {
  for (let at = 0; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1
    else if (text[at] === quote) return at
  }
  return -1
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$' }

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (whole, sign: string) => escapes[sign] ?? whole)
}
