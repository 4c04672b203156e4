import type { LogLine } from '@sublet/protocol'

/** A line with its own number, which never changes while it is kept. */
export interface KeptLine extends LogLine {
  number: number
}

/** The newest lines of a log; older ones are dropped and counted. */
export interface LogBuffer {
  lines: readonly KeptLine[]
  dropped: number
}

export const emptyLog: LogBuffer = { lines: [], dropped: 0 }

/** Adds lines and drops the oldest past `limit`. */
export function appendLines(buffer: LogBuffer, added: readonly LogLine[], limit: number): LogBuffer {
  if (added.length === 0) return buffer
  const next = buffer.dropped + buffer.lines.length + 1
  const numbered = added.map((line, index) => ({ ...line, text: plainText(line.text), number: next + index }))
  const all = [...buffer.lines, ...numbered]
  const over = Math.max(0, all.length - limit)
  return { lines: all.slice(over), dropped: buffer.dropped + over }
}

export interface LogFilter {
  /** Any case; empty shows everything. */
  search: string
  /** Empty shows every service. */
  service: string
}

export function filterLines(lines: readonly KeptLine[], { search, service }: LogFilter): readonly KeptLine[] {
  const wanted = search.toLowerCase()
  if (wanted === '' && service === '') return lines
  return lines.filter(
    (line) =>
      (service === '' || line.service === service) &&
      (wanted === '' || line.text.toLowerCase().includes(wanted)),
  )
}

/** Cuts a text into pieces that are and are not what was searched for. */
export function highlight(text: string, search: string): { text: string; hit: boolean }[] {
  const wanted = search.toLowerCase()
  const lower = text.toLowerCase()
  // Some letters change length in lower case; places would not line up, so nothing is marked then.
  if (wanted === '' || lower.length !== text.length) return [{ text, hit: false }]
  const pieces: { text: string; hit: boolean }[] = []
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), hit: false })
    from = at + wanted.length
    pieces.push({ text: text.slice(at, from), hit: true })
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from), hit: false })
  return pieces
}

const controlSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
  /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|[\x00-\x08\x0b-\x1f\x7f]/g

/** The words of a line without colours, cursor moves and other terminal controls. */
export function plainText(text: string): string {
  return text.replace(controlSequences, '').replaceAll('\t', '    ')
}
