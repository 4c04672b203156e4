import type { EntryFormat, EntryReader } from '../log-files/entry-format.ts'
import type { LineJoiner, OutputStream } from '../log-files/line-joiner.ts'
import { longestStampBytes, parseStamp, stampReader } from '../log-files/stamps.ts'

const quote = 0x22
const backslash = 0x5c
const space = 0x20
const letterN = 0x6e

const head = Buffer.from('{"log":"')
const beforeTime = Buffer.from('","time":"')
const streamBytes = Buffer.from('","stream":"stdout').length
const stdout = Buffer.from('","stream":"stdout')
const stderr = Buffer.from('","stream":"stderr')
/** `"}` */
const tailBytes = 2

/**
 * Reads entries of Docker's `json-file` log driver, `{"log":"text\n","stream":"stdout","time":"2026-…Z"}`. Entries of that
 * shape are read where they lie; what else is JSON is parsed. Of an entry that was cut off when its disk was full or its
 * machine went down, and of what was written behind it, the latter is read.
 */
function jsonLogReader(): EntryReader {
  const stampOf = stampReader()

  function readUsual(buffer: Buffer, start: number, end: number, lines: LineJoiner): boolean {
    if (!isAt(buffer, start, head)) return false
    const stampStart = stampStartIn(buffer, end)
    const textEnd = stampStart - beforeTime.length - streamBytes
    const textStart = start + head.length
    if (textEnd < textStart || !isAt(buffer, stampStart - beforeTime.length, beforeTime)) return false
    const stream = streamAt(buffer, textEnd)
    if (stream === undefined) return false
    const atMs = stampOf(buffer, stampStart, end - tailBytes)
    if (Number.isNaN(atMs)) return false

    const isWhole = buffer[textEnd - 1] === letterN && buffer[textEnd - 2] === backslash
    const plainEnd = isWhole ? textEnd - 2 : textEnd
    if (buffer.indexOf(quote, textStart) === textEnd && isPlain(buffer, textStart, plainEnd, isWhole)) {
      lines.add({ stream, atMs, buffer, start: textStart, end: plainEnd, isWhole })
      return true
    }
    const text = textIn(buffer, textStart - 1, textEnd + 1)
    if (text === undefined) return false
    addText(lines, stream, atMs, text)
    return true
  }

  return (buffer, start, end, lines) => {
    if (readUsual(buffer, start, end, lines) || readAny(buffer, start, end, lines)) return
    const next = buffer.subarray(start + 1, end).lastIndexOf(head)
    if (next < 0) return
    const from = start + 1 + next
    if (!readUsual(buffer, from, end, lines)) readAny(buffer, from, end, lines)
  }
}

/** Of Docker, which splits lines into pieces of 16 KiB, in its files as in what it sends. */
export const dockerPieceBytes = 16 * 1024

export const jsonLogFormat: EntryFormat = { reader: jsonLogReader, leastPieceBytes: dockerPieceBytes }

/** Any JSON that has what an entry has. */
function readAny(buffer: Buffer, start: number, end: number, lines: LineJoiner): boolean {
  const entry = parsed(buffer.toString('utf8', start, end))
  if (entry === undefined) return false
  addText(lines, entry.stream, entry.atMs, Buffer.from(entry.log))
  return true
}

function parsed(json: string): { log: string; stream: OutputStream; atMs: number } | undefined {
  try {
    const { log = '', stream, time } = JSON.parse(json) as Record<string, unknown>
    if (typeof log !== 'string' || typeof time !== 'string') return undefined
    const atMs = parseStamp(time)
    if (Number.isNaN(atMs)) return undefined
    return { log, stream: stream === 'stderr' ? 'stderr' : 'stdout', atMs }
  } catch {
    return undefined
  }
}

/** A text with its newline, if it has one; others within it would make more lines of it. */
function addText(lines: LineJoiner, stream: OutputStream, atMs: number, text: Buffer): void {
  const isWhole = text.at(-1) === 0x0a
  const end = isWhole ? text.length - 1 : text.length
  for (let at = text.indexOf(0x0a); at >= 0 && at < end; at = text.indexOf(0x0a, at)) text[at] = space
  lines.add({ stream, atMs, buffer: text, start: 0, end, isWhole })
}

function isAt(buffer: Buffer, start: number, what: Buffer): boolean {
  for (let at = 0; at < what.length; at += 1) if (buffer[start + at] !== what[at]) return false
  return true
}

/** Where the stamp begins that an entry ends with; -1 where it ends with none. */
function stampStartIn(buffer: Buffer, end: number): number {
  if (buffer[end - 1] !== 0x7d || buffer[end - 2] !== quote) return -1
  const stampEnd = end - tailBytes
  for (let at = stampEnd - 1; at >= stampEnd - longestStampBytes - 1; at -= 1) {
    if (buffer[at] === quote) return at + 1
  }
  return -1
}

function streamAt(buffer: Buffer, at: number): OutputStream | undefined {
  if (isAt(buffer, at, stdout)) return 'stdout'
  return isAt(buffer, at, stderr) ? 'stderr' : undefined
}

/** Whether a text has no escape but the newline that may follow it. */
function isPlain(buffer: Buffer, start: number, end: number, isWhole: boolean): boolean {
  const first = buffer.indexOf(backslash, start)
  return isWhole ? first === end : first < 0 || first > end
}

/** What a JSON text, its quotes included, stands for; undefined where it is none. */
function textIn(buffer: Buffer, start: number, end: number): Buffer | undefined {
  try {
    return Buffer.from(JSON.parse(buffer.toString('utf8', start, end)) as string)
  } catch {
    return undefined
  }
}
