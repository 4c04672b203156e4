import type { OpenLogFile } from './open-log-files.ts'
import { decompressed, unreadable } from './open-log-files.ts'

/** Told where in `buffer` the lines of a log file lie, without their newlines. The bytes are another's after the call. */
export type EntryTaker = (buffer: Buffer, start: number, end: number) => void

/** Little is held for files that nothing comes from. */
const leastReadBytes = 16 * 1024
const mostReadBytes = 256 * 1024
/** No driver writes a longer entry: what is, is what a crash or a truncation has left. */
const mostEntryBytes = 4 * 1024 * 1024
const newline = 0x0a

export interface EntryCutter {
  /** Takes what is there by now, up to `untilBytes`, as many entries at a time as one reading brings. */
  readOn(take: EntryTaker, untilBytes?: number): AsyncGenerator<void>
  /** Takes what is left behind the last newline. */
  finish(take: EntryTaker): void
}

/** Cuts a log file into its lines, from a place in it on. In the middle of an entry, it begins with the next one. */
export function cutEntries(file: OpenLogFile, startBytes = 0): EntryCutter {
  let at = startBytes
  let buffer = Buffer.alloc(0)
  let readBytes = leastReadBytes
  let held = 0
  let isSkipping = startBytes > 0
  let isUnpacked = false

  /** Takes the entries of the first `end` bytes, of which those from `known` on are new; what is begun is held. */
  function cut(end: number, known: number, take: EntryTaker): void {
    let start = 0
    for (let stop = buffer.indexOf(newline, known); stop >= 0 && stop < end; ) {
      if (!isSkipping) take(buffer, start, stop)
      isSkipping = false
      start = stop + 1
      stop = buffer.indexOf(newline, start)
    }
    if (isSkipping) start = end
    buffer.copyWithin(0, start, end)
    held = end - start
    if (held < mostEntryBytes) return
    held = 0
    isSkipping = true
  }

  function makeRoom(bytes: number): void {
    if (held + bytes <= buffer.length) return
    resize(held + bytes)
  }

  function resize(bytes: number): void {
    const other = Buffer.allocUnsafeSlow(bytes)
    buffer.copy(other, 0, 0, held)
    buffer = other
  }

  async function read(length: number): Promise<number> {
    try {
      const { bytesRead } = await file.handle.read(buffer, held, length, at)
      return bytesRead
    } catch (error) {
      throw unreadable(error)
    }
  }

  async function* readCompressed(take: EntryTaker): AsyncGenerator<void> {
    if (isUnpacked) return
    isUnpacked = true
    for await (const chunk of decompressed(file)) {
      makeRoom(chunk.length)
      chunk.copy(buffer, held)
      cut(held + chunk.length, held, take)
      yield
    }
  }

  /** Up to the file's end, which a reading that brings less than it could has met. */
  async function* readPlain(take: EntryTaker, untilBytes: number): AsyncGenerator<void> {
    while (at < untilBytes) {
      makeRoom(readBytes)
      const length = Math.min(readBytes, untilBytes - at)
      const bytesRead = await read(length)
      if (bytesRead > 0) {
        at += bytesRead
        cut(held + bytesRead, held, take)
        yield
      }
      if (bytesRead < length) break
      readBytes = Math.min(4 * readBytes, mostReadBytes)
    }
    readBytes = leastReadBytes
    if (buffer.length > held + 2 * leastReadBytes) resize(held + leastReadBytes)
  }

  return {
    async *readOn(take, untilBytes = Number.POSITIVE_INFINITY) {
      if (file.isCompressed) {
        yield* readCompressed(take)
        return
      }
      const before = at
      yield* readPlain(take, untilBytes)
      if (at > before || untilBytes !== Number.POSITIVE_INFINITY) return
      // Where somebody has emptied the file, what it holds now is new.
      if ((await file.handle.stat()).size >= at) return
      at = 0
      held = 0
      isSkipping = false
      yield* readPlain(take, untilBytes)
    },
    finish(take) {
      if (held > 0 && !isSkipping) take(buffer, 0, held)
      held = 0
    },
  }
}
