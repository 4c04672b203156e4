import type { Log } from '../log/log.ts'
import type { KeyValue, KvEntry, Payload } from './bus.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { toBytes, toJson } from './payload.ts'
import { matchesSubject, requireKey, requirePattern } from './subject.ts'

interface Value {
  entry: KvEntry
  writtenAtMs: number
}
interface Watcher {
  pattern: string
  mailbox: Mailbox<{ key: string; entry: KvEntry | undefined }>
}

/** One bucket in memory. */
export function createInProcessKeyValue({
  ttlMs,
  log,
  now,
}: {
  ttlMs: number | undefined
  log: Log
  now: () => number
}): KeyValue & { close(): Promise<void> } {
  const values = new Map<string, Value>()
  const watchers = new Set<Watcher>()
  let revision = 0

  function live(key: string): KvEntry | undefined {
    const value = values.get(key)
    if (value !== undefined && ttlMs !== undefined && now() - value.writtenAtMs >= ttlMs) {
      values.delete(key)
      return undefined
    }
    return value?.entry
  }
  function tell(key: string, entry: KvEntry | undefined): void {
    for (const { pattern, mailbox } of watchers) if (matchesSubject(pattern, key)) mailbox.put({ key, entry })
  }
  function write(key: string, payload: Payload): number {
    const bytes = toBytes(payload).slice()
    revision++
    const entry = { key, bytes, json: () => toJson(bytes), revision }
    values.set(key, { entry, writtenAtMs: now() })
    tell(key, entry)
    return revision
  }
  return {
    async get(key) {
      requireKey(key)
      return live(key)
    },
    async put(key, payload) {
      requireKey(key)
      return write(key, payload)
    },
    async create(key, payload) {
      requireKey(key)
      return live(key) === undefined ? write(key, payload) : undefined
    },
    async update(key, payload, expected) {
      requireKey(key)
      return live(key)?.revision === expected ? write(key, payload) : undefined
    },
    async delete(key) {
      requireKey(key)
      if (live(key) === undefined) return
      values.delete(key)
      revision++
      tell(key, undefined)
    },
    async keys(pattern = '>') {
      requirePattern(pattern)
      return [...values.keys()].filter((key) => matchesSubject(pattern, key) && live(key) !== undefined)
    },
    async watch(pattern, handler) {
      requirePattern(pattern)
      const watcher = { pattern, mailbox: createMailbox(handler, log) }
      for (const key of values.keys()) {
        const entry = live(key)
        if (entry !== undefined && matchesSubject(pattern, key)) watcher.mailbox.put({ key, entry })
      }
      watchers.add(watcher)
      return {
        stop() {
          watchers.delete(watcher)
          return watcher.mailbox.stop()
        },
      }
    },
    async close() {
      await Promise.all([...watchers].map(({ mailbox }) => mailbox.stop()))
      watchers.clear()
    },
  }
}
