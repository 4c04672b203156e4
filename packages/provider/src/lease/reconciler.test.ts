import type { Hex } from '@sublet/protocol'
import type { ChainLease } from '@sublet/sdk'
import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import { createHoldings } from '../bid/holdings.ts'
import type { Instance } from '../runtime/runtime.ts'
import { plainAllocation, plainLease } from '../testing/plain-lease.ts'
import type { LeaseRecord } from './lease-record.ts'
import { createReconciler } from './reconciler.ts'

const leaseId = `0x${'01'.repeat(32)}` as const
const nowMs = 1_800_000_000_000
const owner = { network: 'test', provider: `0x${'0a'.repeat(20)}` } as const
const closedLease = () =>
  plainLease(leaseId, {
    status: {
      phase: 'closed',
      openedAt: nowMs / 1000 - 300,
      phaseAtMs: { active: nowMs - 300_000, closing: nowMs - 60_000, closed: nowMs - 30_000 },
    },
  })

/** Journal, machine and chain as the test has them. */
function aWorld() {
  const world = {
    instances: [] as Instance[],
    live: [] as LeaseRecord[],
    closed: [] as LeaseRecord[],
    chain: new Map<Hex, ChainLease['status']>(),
    asked: 0,
    removed: [] as string[],
    resumed: [] as LeaseRecord[],
    /** What happens between two looks. */
    meanwhile: () => {},
  }
  const holdings = createHoldings(() => nowMs)
  const reconciler = createReconciler({
    journal: {
      reservations: async () => [],
      unreserve: async () => undefined,
      liveLeases: async () => world.live,
      lapsedStartingAfter: async () => [],
      closedAfter: async () => world.closed,
      marked: async () => undefined,
      saveLease: async () => undefined,
    },
    chain: {
      async lease(id) {
        world.asked += 1
        const money = { openedAt: 7, toppedUp: 0n, drawn: 0n, creditSeconds: 0 }
        const end = { noticeEndsAt: 0, endedAt: 0, noticeSeconds: 300 }
        return { leaseId: id, status: world.chain.get(id) ?? 'none', ...money, ...end }
      },
    },
    holdings,
    leases: {
      all: () => [],
      async resume(record) {
        world.resumed.push(record)
      },
    },
    runtime: {
      list: async () => world.instances,
      async remove(id) {
        world.removed.push(id)
        world.instances = world.instances.filter((one) => one.id !== id)
      },
      removeLease: async () => undefined,
    },
    owner,
    note: () => undefined,
    now: () => nowMs,
    sleep: async () => world.meanwhile(),
    signal: new AbortController().signal,
    log: createLog({ name: 'test', level: 'silent' }),
  })
  return { world, holdings, reconciler }
}

const instance = (id: string): Instance =>
  ({ id, owner: { ...owner, leaseId, service: 'web', replica: 0 } }) as Instance

test('mends nothing that is otherwise a moment later: a lease comes and ends while others are looked at', async () => {
  const { world, holdings, reconciler } = aWorld()
  world.instances = [instance('one')]
  holdings.lease(leaseId, plainAllocation)
  world.meanwhile = () => {
    holdings.release(leaseId)
    // Like the first, but not the same.
    world.instances = [instance('two')]
  }
  await reconciler.pass()
  expect(world.removed).toEqual([])
  expect(reconciler.mended()).toEqual([])
})

test('mends what stays amiss', async () => {
  const { world, holdings, reconciler } = aWorld()
  world.instances = [instance('one')]
  holdings.lease(leaseId, plainAllocation)
  await reconciler.pass()
  expect(world.removed).toEqual(['one'])
  expect(holdings.leased()).toEqual([])
  expect(reconciler.mended()).toHaveLength(2)
})

test('takes up at once, before anything new is offered, what is left of a lease', async () => {
  const { world, reconciler } = aWorld()
  world.instances = [instance('one')]
  await reconciler.takeUp()
  expect(world.removed).toEqual(['one'])
})

test('settles nothing that a node of the chain only had not heard the end of', async () => {
  const { world, reconciler } = aWorld()
  world.closed = [closedLease()]
  world.chain.set(leaseId, 'open')
  world.meanwhile = () => void world.chain.set(leaseId, 'closed')
  await reconciler.pass()
  expect(world.resumed).toEqual([])
})

test('settles once more what the chain calls open at two looks, from when it was stopped', async () => {
  const { world, reconciler } = aWorld()
  world.closed = [closedLease()]
  world.chain.set(leaseId, 'open')
  await reconciler.pass()
  const [resumed] = world.resumed
  expect(resumed?.status).toMatchObject({ phase: 'closing', phaseAtMs: { closing: nowMs - 60_000 } })
})

test('asks the chain no more about a lease once both call it closed', async () => {
  const { world, reconciler } = aWorld()
  world.closed = [closedLease()]
  world.chain.set(leaseId, 'closed')
  for (let look = 0; look < 5; look += 1) await reconciler.pass()
  expect(world.asked).toBe(1)
  expect(reconciler.mended()).toEqual([])
})
