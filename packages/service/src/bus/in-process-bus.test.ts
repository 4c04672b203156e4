import { expect, test } from 'vitest'
import { createLog } from '../log/log.ts'
import { testBus } from '../testing/bus-contract.ts'
import { createInProcessBus } from './in-process-bus.ts'

testBus(async (log) => {
  const bus = createInProcessBus({ log, now: () => 0 })
  return [bus, bus]
})

test('forgets values after their time', async () => {
  let nowMs = 0
  const bus = createInProcessBus({ log: createLog({ name: 'test', level: 'silent' }), now: () => nowMs })
  const kv = await bus.kv('b', { ttlMs: 1000 })
  await kv.put('k', 1)
  nowMs = 999
  expect((await kv.get('k'))?.json()).toBe(1)
  nowMs = 1000
  expect(await kv.get('k')).toBeUndefined()
  expect(await kv.keys()).toEqual([])
  expect(await kv.create('k', 2)).toBeDefined()
})
