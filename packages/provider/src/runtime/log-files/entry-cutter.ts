import type { OpenLogFile } from './open-log-files.ts'
import { decompressed, unreadable } from './open-log-files.ts'

/** Told where in `buffer` the lines of a log file lie, without their newlines. The bytes are another's after the call. */
export type EntryTaker = (buffer: Buffer, start: number, end: number) => void

const readBytes = 256 * 1024
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
  let buffer = Buffer.allocUnsafeSlow(readBytes)
  let held = 0
  let isSkipping = startBytes > 0

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
    const larger = Buffer.allocUnsafeSlow(2 * (held + bytes))
    buffer.copy(larger, 0, 0, held)
    buffer = larger
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
    for await (const chunk of decompressed(file)) {
      makeRoom(chunk.length)
      chunk.copy(buffer, held)
      cut(held + chunk.length, held, take)
      yield
    }
  }

  async function* readPlain(take: EntryTaker, untilBytes: number): AsyncGenerator<void> {
    while (at < untilBytes) {
      makeRoom(readBytes / 2)
      const bytesRead = await read(Math.min(buffer.length - held, untilBytes - at))
      if (bytesRead === 0) return
      at += bytesRead
      cut(held + bytesRead, held, take)
      yield
    }
  }

  return {
    async *readOn(take, untilBytes = Number.POSITIVE_INFINITY) {
      if (file.isCompressed) {
        yield* readCompressed(take)
        return
      }
      yield* readPlain(take, untilBytes)
      if (untilBytes !== Number.POSITIVE_INFINITY) return
      // Somebody has emptied the file, and what it holds now is new.
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
