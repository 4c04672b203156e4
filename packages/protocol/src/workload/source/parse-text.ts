import { FAILSAFE_SCHEMA, loadAll, Type, YAMLException } from 'js-yaml'
import { isTyped, SpelledScalar, typedScalar } from './scalar.ts'

/** Longest file that is read, in bytes. */
export const maxFileBytes = 1024 * 1024
const maxDepth = 64
/** Nodes that a reader may come across, aliases counted as often as they are met. */
const maxNodes = 200_000

/** Why the text could not be read at all. */
export interface Refusal {
  code: string
  message: string
  mend?: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
}

export type Parsed =
  | {
      text: string
      documents: unknown[]
      /** Whether a `SpelledScalar` stands anywhere. */
      spelled: boolean
    }
  | { text: string; refusal: Refusal }

const plainScalar = new Type('tag:sublet.dev,2026:plain', {
  kind: 'scalar',
  resolve: isTyped,
  construct: typedScalar,
})

const mergeKey = new Type('tag:yaml.org,2002:merge', {
  kind: 'scalar',
  resolve: (text: string | null) => text === '<<' || text === null,
})

const tagged = ['null', 'bool', 'int', 'float'].map(
  (name) =>
    new Type(`tag:yaml.org,2002:${name}`, { kind: 'scalar', resolve: isTyped, construct: typedScalar }),
)

const schema = FAILSAFE_SCHEMA.extend({ implicit: [plainScalar, mergeKey], explicit: tagged })

function refuse(text: string, code: string, message: string, mend?: string, line = 1, column = 1): Parsed {
  return { text, refusal: { code, message, line, column, ...(mend === undefined ? {} : { mend }) } }
}

/** Reads YAML or JSON within bounds of size, depth and work. Never throws. */
export function parseText(input: string | Uint8Array): Parsed {
  const decoded = decode(input)
  if (typeof decoded !== 'string') return decoded
  const documents: unknown[] = []
  try {
    // maxDepth is younger than the type declarations.
    const options: Parameters<typeof loadAll>[2] & { maxDepth: number } = { schema, maxDepth }
    loadAll(decoded, (document) => documents.push(document), options)
  } catch (error) {
    return refuseSyntax(decoded, error)
  }
  return guard(decoded, documents)
}

function decode(input: string | Uint8Array): string | Parsed {
  const tooLong = () =>
    refuse(
      '',
      'file.too-long',
      'The file is longer than 1 MiB.',
      'Keep data out of the workload file; mount or fetch it instead.',
    )
  if (typeof input === 'string') {
    const long =
      input.length > maxFileBytes ||
      (input.length * 3 > maxFileBytes && new TextEncoder().encode(input).length > maxFileBytes)
    return long ? tooLong() : input
  }
  if (input.length > maxFileBytes) return tooLong()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input)
  } catch {
    return refuse('', 'file.not-utf8', 'The file is not UTF-8 text.', 'Save it as UTF-8.')
  }
}

function refuseSyntax(text: string, error: unknown): Parsed {
  if (error instanceof RangeError)
    return refuse(text, 'yaml.too-deep', `The file nests deeper than ${maxDepth} levels.`)
  if (!(error instanceof YAMLException)) throw error
  const reason = error.reason
  const line = (error.mark?.line ?? 0) + 1
  const column = (error.mark?.column ?? 0) + 1
  if (reason.includes('maxDepth')) {
    return refuse(
      text,
      'yaml.too-deep',
      `The file nests deeper than ${maxDepth} levels.`,
      undefined,
      line,
      column,
    )
  }
  if (reason.includes('duplicated mapping key')) {
    return refuse(
      text,
      'yaml.duplicate-key',
      'This key is written twice.',
      'Keep one of the two.',
      line,
      column,
    )
  }
  if (reason.includes('merge')) {
    return refuse(text, 'yaml.merge', `A merge cannot be done: ${reason}.`, undefined, line, column)
  }
  const tab = text.split('\n')[line - 1]?.match(/^\s*\t/) !== null
  const mend = tab ? 'Indent with spaces; YAML takes no tabs there.' : undefined
  return refuse(text, 'yaml.syntax', `This is not valid YAML: ${reason}.`, mend, line, column)
}

function guard(text: string, documents: unknown[]): Parsed {
  let nodes = 0
  let refusal: Parsed | undefined
  let spelled = false
  const visit = (value: unknown, depth: number): void => {
    // A long text counts for more: an alias repeats it for three characters, and readers look at each.
    nodes += typeof value === 'string' ? 1 + (value.length >> 6) : 1
    if (refusal !== undefined) return
    if (nodes > maxNodes) {
      refusal = refuse(
        text,
        'yaml.too-large',
        `The file unfolds to more than ${maxNodes} values.`,
        'Use fewer aliases.',
      )
      return
    }
    if (typeof value !== 'object' || value === null) return
    if (depth > maxDepth) {
      refusal = refuse(text, 'yaml.too-deep', `The file nests deeper than ${maxDepth} levels.`)
      return
    }
    if (Array.isArray(value)) {
      for (const inner of value) visit(inner, depth + 1)
      return
    }
    if (value instanceof SpelledScalar) {
      spelled = true
      return
    }
    const record = value as Record<string, unknown>
    for (const key in record) {
      if (key === '__proto__') {
        const place = placeOf(text, '__proto__')
        refusal ??= refuse(
          text,
          'yaml.forbidden-key',
          'The key `__proto__` is not allowed.',
          'Rename it.',
          place.line,
          place.column,
        )
        return
      }
      visit(record[key], depth + 1)
    }
  }
  for (const document of documents) visit(document, 0)
  return refusal ?? { text, documents, spelled }
}

function placeOf(text: string, word: string): { line: number; column: number } {
  const offset = Math.max(0, text.indexOf(word))
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
