import type { Log } from '../log/log.ts'
import type { Bus, BusMessage, KeyValue } from './bus.ts'
import { createInProcessKeyValue } from './in-process-key-value.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { toBytes, toJson } from './payload.ts'
import { matchesSubject, requirePattern, requireSubject } from './subject.ts'

interface Listener {
  pattern: string
  group: string | undefined
  mailbox: Mailbox<BusMessage>
}

/** A bus for the daemons of one process. `now` gives milliseconds. */
export function createInProcessBus({ log, now }: { log: Log; now: () => number }): Bus {
  const listeners = new Set<Listener>()
  const buckets = new Map<string, KeyValue & { close(): Promise<void> }>()
  let sent = 0

  return {
    async publish(subject, payload) {
      requireSubject(subject)
      const bytes = toBytes(payload).slice()
      const message: BusMessage = { subject, bytes, json: () => toJson(bytes) }
      const groups = new Map<string, Listener[]>()
      for (const listener of listeners) {
        if (!matchesSubject(listener.pattern, subject)) continue
        if (listener.group === undefined) listener.mailbox.put(message)
        else groups.set(listener.group, [...(groups.get(listener.group) ?? []), listener])
      }
      sent++
      for (const members of groups.values()) members[sent % members.length]?.mailbox.put(message)
    },
    async subscribe(pattern, handler, { group } = {}) {
      requirePattern(pattern)
      const listener = { pattern, group, mailbox: createMailbox(handler, log) }
      listeners.add(listener)
      return {
        stop() {
          listeners.delete(listener)
          return listener.mailbox.stop()
        },
      }
    },
    async kv(bucket, { ttlMs } = {}) {
      const found = buckets.get(bucket) ?? createInProcessKeyValue({ ttlMs, log, now })
      buckets.set(bucket, found)
      return found
    },
    async check() {},
    async close() {
      const all = [...listeners].map(({ mailbox }) => mailbox.stop())
      listeners.clear()
      await Promise.all([...all, ...[...buckets.values()].map((bucket) => bucket.close())])
      buckets.clear()
    },
  }
}
