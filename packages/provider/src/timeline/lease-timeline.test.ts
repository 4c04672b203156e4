import type { Hex, LeaseEvent } from '@sublet/protocol'
import { createLog } from '@sublet/service'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLeaseTimeline, keptPerLease } from './lease-timeline.ts'
import { moneyEvents } from './money-events.ts'
import type { TimelineStore } from './timeline-store.ts'

const leaseId: Hex = `0x${'ab'.repeat(32)}`
const log = createLog({ name: 'test', level: 'silent' })

function memoryStore(kept: Map<Hex, LeaseEvent[]> = new Map()): TimelineStore & { failing: boolean } {
  return {
    failing: false,
    async add(events) {
      if (this.failing) throw new Error('away')
      for (const { leaseId: id, event } of events) kept.set(id, [...(kept.get(id) ?? []), event])
    },
    of: async (id) => kept.get(id) ?? [],
    lastSequences: async () => new Map([...kept].map(([id, events]) => [id, events.at(-1)?.sequence ?? 0])),
    forgetUpTo: async (id, sequence) => {
      kept.set(
        id,
        (kept.get(id) ?? []).filter((event) => event.sequence > sequence),
      )
    },
    forgetBefore: async () => {},
  }
}

async function open(store: TimelineStore, sleep: () => Promise<void> = async () => {}) {
  const signal = new AbortController().signal
  return await createLeaseTimeline({ store, now: () => 1, sleep, signal, log })
}

async function all(events: AsyncGenerator<LeaseEvent>): Promise<string[]> {
  const seen: string[] = []
  for await (const { reason } of events) seen.push(reason)
  return seen
}

const signal = new AbortController().signal

test('tells what was and what comes, until the end, and nothing twice', async () => {
  const timeline = await open(memoryStore())
  timeline.note(leaseId, { reason: 'matched', message: '' })
  const following = all(timeline.read(leaseId, { follow: true, signal }))
  timeline.note(leaseId, { reason: 'pulling', message: '' })
  await timeline.written()
  timeline.note(leaseId, { reason: 'opened', message: '' })
  timeline.note(leaseId, { reason: 'closed', message: '' })
  expect(await following).toEqual(['matched', 'pulling', 'opened', 'closed'])
  expect(await all(timeline.read(leaseId, { follow: true, signal }))).toEqual([
    'matched',
    'pulling',
    'opened',
    'closed',
  ])
})

test('a pull’s bytes are told but not kept', async () => {
  const store = memoryStore()
  const timeline = await open(store)
  const following = timeline.read(leaseId, { follow: true, signal })
  timeline.note(leaseId, { reason: 'pulling', message: '', doneBytes: 5, totalBytes: 10 })
  expect((await following.next()).value).toMatchObject({ doneBytes: 5, totalBytes: 10 })
  timeline.note(leaseId, { reason: 'pulled', message: '' })
  await timeline.written()
  expect((await store.of(leaseId)).map(({ reason }) => reason)).toEqual(['pulled'])
})

test('numbers go on after a restart', async () => {
  const store = memoryStore()
  const before = await open(store)
  before.note(leaseId, { reason: 'matched', message: '' })
  await before.written()
  const after = await open(store)
  after.note(leaseId, { reason: 'opened', message: '' })
  await after.written()
  expect((await store.of(leaseId)).map(({ sequence }) => sequence)).toEqual([0, 1])
})

test('a database that is away is waited for', async () => {
  const store = memoryStore()
  store.failing = true
  const timeline = await open(store, async () => {
    store.failing = false
  })
  timeline.note(leaseId, { reason: 'matched', message: '' })
  await timeline.written()
  expect((await store.of(leaseId)).map(({ reason }) => reason)).toEqual(['matched'])
})

test('keeps a bounded number of each lease', async () => {
  const store = memoryStore()
  const timeline = await open(store)
  for (let count = 0; count < keptPerLease * 3; count += 1)
    timeline.note(leaseId, { reason: 'restarted', message: String(count) })
  await timeline.written()
  const kept = await store.of(leaseId)
  expect(kept.length).toBeLessThanOrEqual(keptPerLease * 2)
  expect(kept.at(-1)?.message).toBe(String(keptPerLease * 3 - 1))
})

test('money that did not move makes no event, money that did makes one each', () => {
  const money = fc.record({
    toppedUp: fc.bigInt({ min: 0n, max: 5n }),
    drawn: fc.bigInt({ min: 0n, max: 5n }),
    creditSeconds: fc.integer({ min: 0, max: 5 }),
    noticeEndsAt: fc.constantFrom(0, 1_700_000_000),
  })
  fc.assert(
    fc.property(money, money, (before, after) => {
      expect(moneyEvents(before, before)).toEqual([])
      expect(moneyEvents(undefined, after)).toEqual([])
      const reasons = moneyEvents(before, after).map(({ reason }) => reason)
      expect(reasons.includes('topped-up')).toBe(after.toppedUp > before.toppedUp)
      expect(reasons.includes('paid')).toBe(after.drawn > before.drawn)
      expect(reasons.includes('credited')).toBe(after.creditSeconds > before.creditSeconds)
    }),
  )
})
