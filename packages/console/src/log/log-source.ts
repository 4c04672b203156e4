import { isSubletError, type LogLine, logLineSchema } from '@sublet/protocol'
import { readNdjson } from '../api/ndjson.ts'
import { send } from '../api/request.ts'
import { appendLines, emptyLog, type LogBuffer } from './log-buffer.ts'

const keptLines = 10_000
const firstTail = 1_000
const flushEveryMs = 80
const retryAfterMs = 1_000

export type LogState = 'connecting' | 'live' | 'ended' | 'lost'

export interface LogSnapshot {
  buffer: LogBuffer
  state: LogState
  error: unknown
}

/** A lease's log as a store that React can read: follows the stream, goes on where it broke off. */
export interface LogSource {
  subscribe(listener: () => void): () => void
  snapshot(): LogSnapshot
}

/** Follows a lease's log while somebody listens, and reads once what there is when the lease is over. */
export function createLogSource(leaseId: string, isOver: () => boolean): LogSource {
  let current: LogSnapshot = { buffer: emptyLog, state: 'connecting', error: undefined }
  let pending: LogLine[] = []
  let flushTimer: ReturnType<typeof setTimeout> | undefined
  const resume = new Resume()
  const listeners = new Set<() => void>()
  let abort: AbortController | undefined

  function update(change: Partial<LogSnapshot>): void {
    current = { ...current, ...change }
    for (const listener of listeners) listener()
  }

  function flush(): void {
    flushTimer = undefined
    const lines = pending
    pending = []
    update({ buffer: appendLines(current.buffer, lines, keptLines) })
  }

  async function read(signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ follow: String(!isOver()), ...resume.query() })
    const response = await send(`/v1/leases/${encodeURIComponent(leaseId)}/logs?${query}`, { signal })
    if (response.body === null) return
    update({ state: 'live', error: undefined })
    resume.reconnected()
    for await (const json of readNdjson(response.body)) {
      const decoded = logLineSchema.safeDecode(json as LogLine)
      if (!decoded.success || !resume.isNew(decoded.data)) continue
      pending.push(decoded.data)
      flushTimer ??= setTimeout(flush, flushEveryMs)
    }
  }

  async function keepReading(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A lease that ends while it is read is read once more: the last lines may have come after the stream.
      const wasOver = isOver()
      const error: unknown = await read(signal).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (signal.aborted) return
      if (pending.length > 0) flush()
      if (wasOver) {
        update({ state: 'ended', error: undefined })
        return
      }
      const notYet = error === undefined || isSubletError(error, 'lease.not-ready')
      update(notYet ? { state: 'connecting', error: undefined } : { state: 'lost', error })
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs))
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      if (abort === undefined) {
        abort = new AbortController()
        void keepReading(abort.signal)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        abort?.abort()
        abort = undefined
        clearTimeout(flushTimer)
        flushTimer = undefined
      }
    },
    snapshot: () => current,
  }
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
