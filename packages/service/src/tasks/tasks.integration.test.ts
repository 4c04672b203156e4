import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createLog } from '../log/log.ts'
import { openStore, type Store } from '../store/store.ts'
import { startTasks, type TaskHandlers } from './tasks.ts'

const log = createLog({ name: 'test', level: 'silent' })
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 10_000, interval: 10 })

/** Of the tasks that are still to be done. */
async function keysOf({ pool }: Store): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ key: string | null }>('select key from controller_tasks.jobs')
  return rows.map(({ key }) => key)
}

async function openTestStore() {
  const dataDir = await mkdtemp(join(tmpdir(), 'sublet-tasks-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const store = await openStore({ dataDir, schema: 'controller', migrations: [], log })
  onTestFinished(() => store.close())
  return store
}

test('does what was added, again when it fails, and what an earlier process left', async () => {
  const store = await openTestStore()
  const done: unknown[] = []
  let failures = 1
  const handlers = {
    async note(payload: unknown) {
      done.push(payload)
    },
    async flaky(payload: unknown) {
      if (failures-- > 0) throw new Error('not now')
      done.push(payload)
    },
  }
  const first = await startTasks({ store, handlers, log })
  onTestFinished(() => first.stop())
  await first.add('note', { n: 1 })
  await first.add('flaky', 'at the second attempt')
  await eventually(() => done).toEqual([{ n: 1 }, 'at the second attempt'])
  await first.stop()

  const unable: TaskHandlers = { other: async () => {} }
  const adder = await startTasks({ store, handlers: unable, log })
  await adder.add('note', 'left behind')
  await adder.stop()
  const second = await startTasks({ store, handlers, log })
  await eventually(() => done.at(-1)).toBe('left behind')
  await eventually(() => keysOf(store)).toEqual([])
  await second.stop()
})

test('of tasks with the same key the last one counts, and it waits for its time', async () => {
  const store = await openTestStore()
  const done: unknown[] = []
  const handlers = { note: async (payload: unknown) => void done.push(payload) }
  const tasks = await startTasks({ store, handlers, log })
  const later = Date.now() + 3_600_000
  await tasks.add('note', 'old', { key: 'k', runAtMs: later })
  await tasks.add('note', 'never today', { key: 'other', runAtMs: later })
  await tasks.add('note', 'new', { key: 'k' })
  await eventually(() => done).toEqual(['new'])
  await eventually(() => keysOf(store)).toEqual(['other'])
  await tasks.stop()
})

test('tells running tasks to end when it stops, and keeps for later what was not done', async () => {
  const store = await openTestStore()
  let started = false
  const handlers = {
    wait: (_payload: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise<void>((_resolve, reject) => {
        started = true
        signal.addEventListener('abort', () => reject(new Error('stopped')))
      }),
  }
  const tasks = await startTasks({ store, handlers, log })
  await tasks.add('wait', null)
  await eventually(() => started).toBe(true)
  await tasks.stop()
  const { rows } = await store.pool.query<{ attempts: number }>('select attempts from controller_tasks.jobs')
  expect(rows).toEqual([{ attempts: 1 }])
})
