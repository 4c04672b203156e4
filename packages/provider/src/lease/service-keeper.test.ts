import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import type { Exit, Instance, Runtime } from '../runtime/runtime.ts'
import { serviceOf } from '../testing/groups.ts'
import { createReplicaKeeper, type KeeperOptions } from './service-keeper.ts'

const nowMs = 1_000_000
const beganMs = nowMs - 60_000

/** The last that a replica is said to have done, as it is found before its end and after. */
async function lastOf(exit: Exit, found: Partial<Instance>, finishedAtMs?: number) {
  let clockMs = beganMs
  const said: { state: string; fault: string | undefined; atMs: number | undefined }[] = []
  const ended = { state: 'exited', exitCode: exit.exitCode, outOfMemory: false } as const
  let seen = { id: 'one', ...ended, ...found } as Instance
  const runtime: Partial<Runtime> = {
    start: async () => {},
    inspect: async () => seen,
    async wait() {
      clockMs = nowMs
      seen = { ...seen, ...ended, ...(finishedAtMs === undefined ? {} : { finishedAtMs }) }
      return exit
    },
  }
  const options: KeeperOptions = {
    service: serviceOf({ restart: { policy: 'never' } }),
    replica: 0,
    runtime: runtime as Runtime,
    log: createLog({ name: 'test', level: 'silent' }),
    now: () => clockMs,
    sleep: async () => {},
    signal: new AbortController().signal,
    starting: () => false,
    create: async () => 'one',
    onChange: () => {},
    note: () => {},
    entered: (state, { fault, atMs } = {}) => said.push({ state, fault, atMs }),
    watched: () => {},
    over: () => {},
    onEnded: async () => {},
  }
  await createReplicaKeeper(options).keep()
  return said.at(-1)
}

test('a program that ends too fast to be watched is told from one that was killed', async () => {
  const faultAfter = async (exit: Exit) => (await lastOf(exit, {}))?.fault
  expect(await faultAfter({ exitCode: 137, outOfMemory: false, killed: false })).toBe('workload')
  expect(await faultAfter({ exitCode: 137, outOfMemory: true })).toBe('workload')
  expect(await faultAfter({ exitCode: 137, outOfMemory: false, killed: true })).toBe('provider')
})

test('an end counts from when it was, not from when it was heard of', async () => {
  const exit = { exitCode: 0, outOfMemory: false }
  expect(await lastOf(exit, { state: 'running' }, nowMs - 3_000)).toMatchObject({
    state: 'down',
    atMs: nowMs - 3_000,
  })
  // An engine whose clock is ahead or behind, and one that does not tell.
  expect((await lastOf(exit, { state: 'running' }, beganMs - 1))?.atMs).toBe(beganMs)
  expect((await lastOf(exit, { state: 'running' }, nowMs + 3_000))?.atMs).toBe(nowMs)
  expect((await lastOf(exit, { state: 'running' }))?.atMs).toBe(nowMs)
})
