import { YAMLException } from 'js-yaml'
import { duplicateKeys, lineStarts, type Place, placeAt } from './places.ts'
import { SpelledScalar } from './scalar.ts'
import { markExcess } from './work-bound.ts'
import { yamlMistake } from './yaml-mistakes.ts'
import { loadYaml, maxDepth } from './yaml-schema.ts'

/** Longest file that is read, in bytes. */
export const maxFileBytes = 1024 * 1024
/** Values that a reader may come across, aliases counted as often as they are met. */
export const maxValues = 6_000

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
      /** Where keys are written twice, if any are: the last of each is in the documents. */
      duplicates?: readonly Place[]
    }
  | { text: string; refusal: Refusal }

function refuse(text: string, code: string, message: string, mend?: string, line = 1, column = 1): Parsed {
  return { text, refusal: { code, message, line, column, ...(mend === undefined ? {} : { mend }) } }
}

/** Reads YAML or JSON within bounds of size, depth and work. Never throws. */
export function parseText(input: string | Uint8Array): Parsed {
  const decoded = decode(input)
  if (typeof decoded !== 'string') return decoded
  const excess = markExcess(decoded)
  if (excess !== undefined) return refuseLarge(decoded, excess)
  let documents: unknown[]
  try {
    documents = loadYaml(decoded)
  } catch (error) {
    return refuseSyntax(decoded, error)
  }
  return guard(decoded, documents)
}

function tooLong(): Parsed {
  return refuse(
    '',
    'file.too-long',
    'The file is longer than 1 MiB.',
    'Keep data out of the workload file; mount or fetch it instead.',
  )
}

function decode(input: string | Uint8Array): string | Parsed {
  if (typeof input === 'string') {
    const long =
      input.length > maxFileBytes ||
      (input.length * 3 > maxFileBytes && new TextEncoder().encode(input).length > maxFileBytes)
    if (long) return tooLong()
    return input.charCodeAt(0) === byteOrderMark ? input.slice(1) : input
  }
  if (input.length > maxFileBytes) return tooLong()
  if (looksUtf16(input)) return refuse('', 'file.not-utf8', 'The file is UTF-16 text.', 'Save it as UTF-8.')
  try {
    return utf8.decode(input)
  } catch {
    const { line, column } = badBytePlace(input)
    return refuse('', 'file.not-utf8', 'The file is not UTF-8 text.', 'Save it as UTF-8.', line, column)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const byteOrderMark = 0xfeff

/** By its byte order mark, or by the empty half of its first letter. */
function looksUtf16([first, second]: Uint8Array): boolean {
  if (second === undefined) return false
  return (
    (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || first === 0 || second === 0
  )
}

function refuseAt(text: string, offset: number, code: string, message: string, mend: string): Parsed {
  const { line, column } = placeAt(lineStarts(text), Math.max(0, offset))
  return refuse(text, code, message, mend, line, column)
}

/** Where the first byte stands that no UTF-8 text has there. The shortest beginning that will not do ends with it. */
export function badBytePlace(input: Uint8Array): Place {
  let [good, bad] = [0, input.length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(input.subarray(0, middle), { stream: true })
      good = middle
    } catch {
      bad = middle
    }
  }
  const before = new TextDecoder().decode(input.subarray(0, Math.min(good, input.length)), { stream: true })
  return placeAt(lineStarts(before), before.length)
}

function refuseLarge(text: string, offset: number): Parsed {
  const { line, column } = placeAt(lineStarts(text.slice(0, offset)), offset)
  return refuse(
    text,
    'yaml.too-large',
    'The file holds too many lines, entries and brackets: this is where reading stops.',
    'Keep data out of the workload file; mount or fetch it instead.',
    line,
    column,
  )
}

function refuseDepth(text: string, line = 1, column = 1): Parsed {
  const mend = 'Write it flatter, and look for brackets that are opened and never closed.'
  return refuse(text, 'yaml.too-deep', `The file nests deeper than ${maxDepth} levels.`, mend, line, column)
}

function refuseSyntax(text: string, error: unknown): Parsed {
  if (error instanceof RangeError) return refuseDepth(text)
  if (!(error instanceof YAMLException)) throw error
  const reason = error.reason
  const line = (error.mark?.line ?? 0) + 1
  const column = (error.mark?.column ?? 0) + 1
  if (reason.startsWith('nesting exceeded')) return refuseDepth(text, line, column)
  if (reason.startsWith('duplicated mapping key')) return withDuplicates(text, { line, column })
  if (/^cannot merge|^abnormal merge|^merge keys/.test(reason)) {
    return refuse(
      text,
      'yaml.merge',
      reason.startsWith('cannot merge')
        ? 'What is merged is no mapping.'
        : 'More is merged than a file may hold.',
      'Merge a mapping, `<<: *NAME`, or a list of few.',
      line,
      column,
    )
  }
  if (reason.startsWith('null byte'))
    return refuseAt(
      text,
      text.indexOf('\0'),
      'yaml.syntax',
      'The file holds a zero byte.',
      'Save it as UTF-8 text.',
    )
  const { message, mend } = yamlMistake(reason, text.split('\n')[line - 1] ?? '')
  return refuse(text, 'yaml.syntax', message, mend, line, column)
}

/** The rest of such a file is read all the same, so that all is said at once. */
function withDuplicates(text: string, first: Place): Parsed {
  let documents: unknown[]
  try {
    documents = loadYaml(text, undefined, true)
  } catch (error) {
    return refuseSyntax(text, error)
  }
  const parsed = guard(text, documents)
  if ('refusal' in parsed) return parsed
  const found = duplicateKeys(text)
  return { ...parsed, duplicates: found.length === 0 ? [first] : found }
}

/** Whether a text is too short to hold too many values, and nothing in it unfolds or may spell a forbidden key. */
function isSurelyWithinBounds(text: string): boolean {
  return (
    text.length <= maxValues && !text.includes('*') && !text.includes('__proto__') && !text.includes('\\')
  )
}

function guard(text: string, documents: unknown[]): Parsed {
  if (isSurelyWithinBounds(text)) return { text, documents }
  const met: Met = { text, values: 0, refusal: undefined }
  for (const document of documents) visit(met, document, 0)
  return met.refusal ?? { text, documents }
}

/** What a walk through the documents has come across. */
interface Met {
  readonly text: string
  values: number
  refusal: Parsed | undefined
}

function visit(met: Met, value: unknown, depth: number): void {
  // A long text counts for more: an alias repeats it for three characters, and readers look at each.
  met.values += typeof value === 'string' ? 1 + (value.length >> 8) : 1
  if (met.refusal !== undefined) return
  if (met.values > maxValues) {
    met.refusal = refuseAt(
      met.text,
      // Where the unfolding begins, if aliases do it.
      met.text.search(/(?<=^|[\s,:[-])\*[^\s,\]}]/m),
      'yaml.too-large',
      `The file unfolds to more than ${maxValues} values.`,
      'Split it into several, or use fewer aliases.',
    )
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (depth > maxDepth) {
    met.refusal = refuseDepth(met.text)
    return
  }
  if (Array.isArray(value)) {
    for (const inner of value) visit(met, inner, depth + 1)
    return
  }
  if (value instanceof SpelledScalar) return
  const record = value as Record<string, unknown>
  for (const key in record) {
    if (key === '__proto__') {
      const { text } = met
      const place = placeAt(lineStarts(text), Math.max(0, text.indexOf('__proto__')))
      met.refusal ??= refuse(
        text,
        'yaml.forbidden-key',
        'The key `__proto__` is not allowed.',
        'Rename it.',
        place.line,
        place.column,
      )
      return
    }
    visit(met, record[key], depth + 1)
  }
}
