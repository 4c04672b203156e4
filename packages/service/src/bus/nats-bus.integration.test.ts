import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { describeWith, testNatsUrl } from '@sublet/testing'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { createLog } from '../log/log.ts'
import { testBucketPrefix, testBus } from '../testing/bus-contract.ts'
import { connectNatsBus } from './nats-bus.ts'

const log = createLog({ name: 'test', level: 'silent' })

describeWith('nats')('over NATS', () => {
  afterAll(async () => {
    const connection = await connect({ servers: testNatsUrl })
    const { streams } = await jetstreamManager(connection)
    for await (const name of streams.names()) {
      if (name.startsWith(`KV_${testBucketPrefix}`))
        await (await jetstreamManager(connection)).streams.delete(name)
    }
    await connection.close()
  })

  testBus(async (busLog) => [
    await connectNatsBus({ url: testNatsUrl, name: 'one', log: busLog }),
    await connectNatsBus({ url: testNatsUrl, name: 'two', log: busLog }),
  ])

  test('forgets values after their time', async () => {
    const bus = await connectNatsBus({ url: testNatsUrl, name: 'ttl', log })
    onTestFinished(() => bus.close())
    const kv = await bus.kv(`${testBucketPrefix}ttl`, { ttlMs: 1000 })
    await kv.put('k', 1)
    expect((await kv.get('k'))?.json()).toBe(1)
    await expect.poll(() => kv.get('k'), { timeout: 10_000 }).toBeUndefined()
  })
})

test('says which bus does not answer, without its password', async () => {
  const connecting = connectNatsBus({ url: 'nats://user:hunter2@127.0.0.1:1', name: 'x', log })
  await expect(connecting).rejects.toMatchObject({
    code: 'bus.unreachable',
    hint: expect.stringContaining('SUBLET_NATS_URL'),
  })
  await expect(connecting).rejects.not.toThrow('hunter2')
})
