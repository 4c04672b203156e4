import { isSubletError } from '@sublet/protocol'
import { readNdjson } from './ndjson.ts'
import { type Decoder, send } from './request.ts'

const flushEveryMs = 80
const retryAfterMs = 1_000

export type StreamState = 'connecting' | 'live' | 'ended' | 'lost'

export interface StreamSnapshot<Value> {
  value: Value
  state: StreamState
  error: unknown
}

/** What a stream of the controller has told so far, as a store that React can read. */
export interface StreamStore<Value> {
  subscribe(listener: () => void): () => void
  snapshot(): StreamSnapshot<Value>
}

export interface StreamOptions<Item, Value> {
  empty: Value
  /** Where to read, asked before every attempt; `follow` is false where the end is known to have come. */
  path(follow: boolean): string
  decoder: Decoder<Item>
  add(value: Value, items: readonly Item[]): Value
  /** Whether what is watched has ended. */
  isOver(): boolean
}

/** Follows while somebody listens, again after every break, and reads once what there is when it is over. */
export function createStreamStore<Item, Value>(options: StreamOptions<Item, Value>): StreamStore<Value> {
  const { path, decoder, add, isOver } = options
  let current: StreamSnapshot<Value> = { value: options.empty, state: 'connecting', error: undefined }
  let pending: Item[] = []
  let flushTimer: ReturnType<typeof setTimeout> | undefined
  const listeners = new Set<() => void>()
  let abort: AbortController | undefined

  function update(change: Partial<StreamSnapshot<Value>>): void {
    current = { ...current, ...change }
    for (const listener of listeners) listener()
  }

  function flush(): void {
    clearTimeout(flushTimer)
    flushTimer = undefined
    if (pending.length === 0) return
    const items = pending
    pending = []
    update({ value: add(current.value, items) })
  }

  async function read(follow: boolean, signal: AbortSignal): Promise<void> {
    const response = await send(path(follow), { signal })
    if (response.body === null) return
    update({ state: 'live', error: undefined })
    for await (const json of readNdjson(response.body)) {
      if (signal.aborted) return
      const decoded = decoder.safeDecode(json)
      if (!decoded.success) continue
      pending.push(decoded.data)
      flushTimer ??= setTimeout(flush, flushEveryMs)
    }
  }

  async function keepReading(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // What ends while it is read is read once more: the last items may have come after the stream.
      const wasOver = isOver()
      const error: unknown = await read(!wasOver, signal).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      if (signal.aborted) return
      flush()
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
        // What was read counts, so that the next reading goes on behind it.
        flush()
      }
    },
    snapshot: () => current,
  }
}
