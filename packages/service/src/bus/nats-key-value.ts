import type { KV } from '@nats-io/kv'
import type { Log } from '../log/log.ts'
import type { KeyValue, KvEntry, Subscription } from './bus.ts'
import { createMailbox } from './mailbox.ts'
import { toBytes, toJson } from './payload.ts'
import { requireKey, requirePattern } from './subject.ts'

const entryOf = ({
  key,
  value,
  revision,
}: {
  key: string
  value: Uint8Array
  revision: number
}): KvEntry => ({
  key,
  bytes: value,
  json: () => toJson(value),
  revision,
})

/** JetStream's answer when a write expected another revision than the last. */
const wrongLastSequence = 10071

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === wrongLastSequence
}

/** One bucket of JetStream's key-value store. */
export function createNatsKeyValue(
  kv: KV,
  { log, keep }: { log: Log; keep: (subscription: Subscription) => Subscription },
): KeyValue {
  const unlessConflict = (error: unknown): undefined => {
    if (!isConflict(error)) throw error
  }
  return {
    async get(key) {
      requireKey(key)
      const found = await kv.get(key)
      return found === null || found.operation !== 'PUT' ? undefined : entryOf(found)
    },
    async put(key, payload) {
      requireKey(key)
      return kv.put(key, toBytes(payload))
    },
    async create(key, payload) {
      requireKey(key)
      return kv.create(key, toBytes(payload)).catch(unlessConflict)
    },
    async update(key, payload, revision) {
      requireKey(key)
      return kv.update(key, toBytes(payload), revision).catch(unlessConflict)
    },
    async delete(key) {
      requireKey(key)
      await kv.delete(key)
    },
    async keys(pattern = '>') {
      requirePattern(pattern)
      const keys: string[] = []
      for await (const key of await kv.keys(pattern)) keys.push(key)
      return keys
    },
    async watch(pattern, handler) {
      requirePattern(pattern)
      const mailbox = createMailbox(handler, log)
      const watching = await kv.watch({ key: pattern })
      const reading = (async () => {
        for await (const change of watching) {
          mailbox.put({ key: change.key, entry: change.operation === 'PUT' ? entryOf(change) : undefined })
        }
      })()
      return keep({
        async stop() {
          watching.stop()
          await reading
          await mailbox.stop()
        },
      })
    },
  }
}
