import { type LogLine, logLineSchema } from '@sublet/protocol'
import { createStreamStore, type StreamStore } from '../api/stream-store.ts'
import { appendLines, emptyLog, type LogBuffer } from './log-buffer.ts'

const keptLines = 10_000
const firstTail = 1_000

/** A lease's log: follows the stream, and goes on where it broke off. */
export function createLogSource(leaseId: string, isOver: () => boolean): StreamStore<LogBuffer> {
  const resume = new Resume()
  return createStreamStore({
    empty: emptyLog,
    isOver,
    decoder: logLineSchema,
    path(follow) {
      resume.reconnected()
      const query = new URLSearchParams({ follow: String(follow), ...resume.query() })
      return `/v1/leases/${encodeURIComponent(leaseId)}/logs?${query}`
    },
    add: (buffer, lines: readonly LogLine[]) =>
      appendLines(
        buffer,
        lines.filter((line) => resume.isNew(line)),
        keptLines,
      ),
  })
}

/** Remembers where a log broke off, so that reading again from there neither loses nor repeats a line. */
export class Resume {
  #lastMs: number | undefined
  /** Lines of the last millisecond, by content, that were shown. */
  #shown = new Map<string, number>()
  #toSkip = new Map<string, number>()

  query(): Record<string, string> {
    return this.#lastMs === undefined
      ? { tail: String(firstTail) }
      : { sinceMs: String(Math.floor(this.#lastMs)) }
  }

  reconnected(): void {
    this.#toSkip = new Map(this.#shown)
  }

  isNew(line: LogLine): boolean {
    const key = `${line.atMs}\0${line.service}\0${line.replica}\0${line.stream}\0${line.text}`
    const skip = this.#toSkip.get(key) ?? 0
    if (skip > 0) {
      this.#toSkip.set(key, skip - 1)
      return false
    }
    const lastMs = this.#lastMs ?? Number.NEGATIVE_INFINITY
    if (line.atMs < Math.floor(lastMs)) return true
    if (Math.floor(line.atMs) > Math.floor(lastMs)) this.#shown.clear()
    this.#lastMs = Math.max(lastMs, line.atMs)
    this.#shown.set(key, (this.#shown.get(key) ?? 0) + 1)
    return true
  }
}
