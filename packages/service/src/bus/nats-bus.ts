import { Kvm } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { SubletError } from '@sublet/protocol'
import type { Log } from '../log/log.ts'
import type { Bus, BusMessage, Subscription } from './bus.ts'
import { createMailbox } from './mailbox.ts'
import { createNatsKeyValue } from './nats-key-value.ts'
import { toBytes, toJson } from './payload.ts'
import { requirePattern, requireSubject } from './subject.ts'

/** A bus between processes: NATS, with JetStream for the buckets. Reconnects for ever. Throws `bus.unreachable` at first. */
export async function connectNatsBus({
  url,
  name,
  log,
}: {
  url: string
  name: string
  log: Log
}): Promise<Bus> {
  const unreachable = (cause: unknown) =>
    new SubletError(
      'bus.unreachable',
      `The message bus at ${url.replace(/\/\/[^@/]*@/, '//')} does not answer.`,
      {
        hint: 'Start `nats-server -js` there, correct SUBLET_NATS_URL, or unset it to keep everything in one process.',
        cause,
      },
    )
  let connection: NatsConnection
  try {
    connection = await connect({
      servers: url,
      name: `sublet ${name}`,
      maxReconnectAttempts: -1,
      timeout: 5000,
    })
  } catch (cause) {
    throw unreachable(cause)
  }
  void logStatus(connection, log)
  const kvm = new Kvm(connection)
  const subscriptions = new Set<Subscription>()
  const keep = (subscription: Subscription): Subscription => {
    const kept = {
      stop() {
        subscriptions.delete(kept)
        return subscription.stop()
      },
    }
    subscriptions.add(kept)
    return kept
  }
  return {
    async publish(subject, payload) {
      requireSubject(subject)
      connection.publish(subject, toBytes(payload))
    },
    async subscribe(pattern, handler, { group } = {}) {
      requirePattern(pattern)
      const mailbox = createMailbox<BusMessage>(handler, log)
      const subscription = connection.subscribe(pattern, {
        ...(group === undefined ? {} : { queue: group }),
        callback(error, { subject, data }) {
          if (error !== null) return log.error({ err: error, pattern }, 'a subscription failed')
          mailbox.put({ subject, bytes: data, json: () => toJson(data) })
        },
      })
      // The server's answer to a ping says that it has the subscription.
      await connection.flush()
      return keep({
        async stop() {
          subscription.unsubscribe()
          await mailbox.stop()
        },
      })
    },
    async kv(bucket, { ttlMs } = {}) {
      try {
        const opened = await kvm.create(bucket, ttlMs === undefined ? {} : { ttl: ttlMs })
        return createNatsKeyValue(opened, { log, keep })
      } catch (cause) {
        throw unreachable(cause)
      }
    },
    async check() {
      try {
        await connection.flush()
      } catch (cause) {
        throw unreachable(cause)
      }
    },
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
      await connection.drain()
    },
  }
}

async function logStatus(connection: NatsConnection, log: Log): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') log.warn('the message bus is away; connecting again')
    if (type === 'reconnect') log.info('the message bus is back')
  }
}
