import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import { sampleOrder } from '../../../../protocol/src/testing/sample-market.ts'
import type { ImageWish } from './choose-ahead.ts'
import { createFetchAhead } from './fetch-ahead.ts'
import type { ImageWishes } from './image-wishes.ts'

/** An engine whose registry has images of 100 bytes each. */
function machine(more: { budgetBytes?: number } = {}) {
  const here = new Set<string>()
  const used = new Map<string, number>()
  const noted = new Map<string, ImageWish>()
  const ahead = new Map<string, number>()
  const pulled: string[] = []
  const inUse = new Set<string>()
  const clock = { nowMs: 1_000, busy: false }
  const wishes: ImageWishes = {
    note: async (list) => {
      for (const wish of list) noted.set(`${wish.reference} ${wish.tenant}`, wish)
    },
    all: async () => [...noted.values()],
    forgetBefore: async () => {},
    ahead: async () => new Map(ahead),
    noteAhead: async (reference, atMs) => void ahead.set(reference, atMs),
    forgetAhead: async (references) => {
      for (const one of references) ahead.delete(one)
    },
  }
  const fetchAhead = createFetchAhead({
    runtime: {
      async ensureImage(reference) {
        pulled.push(reference)
        if (reference.includes('private')) throw new Error('no password')
        // The engine leaves its own registry's name away.
        here.add(reference.replace('docker.io/library/', ''))
      },
      imageSizes: async () => new Map([...here].map((name) => [name, 100])),
      removeImage: async (reference) => here.delete(reference),
      canRun: () => true,
    },
    wishes,
    uses: {
      all: async () => used,
      note: async (reference, { atMs }) => void used.set(reference, atMs),
      forget: async (reference) => void used.delete(reference),
    },
    fetched: async () => {},
    inUse: () => inUse,
    isBusy: () => clock.busy,
    disk: async () => ({ totalBytes: 10_000, freeBytes: 9_000 }),
    lowPercent: 75,
    budgetBytes: 150,
    leastTenants: 2,
    log: createLog({ name: 'test', level: 'silent' }),
    now: () => clock.nowMs,
    ...more,
  })
  const [unit] = sampleOrder().units
  const ask = (image: string, ...tenants: string[]) => {
    for (const tenant of tenants) {
      const units = unit === undefined ? [] : [{ ...unit, image }]
      fetchAhead.saw({ tenant: `0x${tenant.repeat(40)}`, units })
    }
  }
  return { here, used, ahead, pulled, inUse, clock, fetchAhead, ask }
}

test('fetches what several tenants ask for, keeps to its budget, and never while a lease comes up', async () => {
  const { here, pulled, clock, fetchAhead, ask } = machine()
  ask('once', 'a')
  ask('often', 'a', 'b', 'c')
  ask('twice', 'a', 'b')
  clock.busy = true
  await fetchAhead.step()
  expect(pulled).toEqual([])
  clock.busy = false
  await fetchAhead.step()
  expect([...here]).toEqual(['often:latest'])
  expect(fetchAhead.status().images).toEqual([
    { reference: 'docker.io/library/often:latest', sizeBytes: 100 },
  ])
  // There is room for half of the next: it shows too large once it is here, and goes again.
  await fetchAhead.step()
  expect([...here]).toEqual(['often:latest', 'twice:latest'])
  await fetchAhead.step()
  await fetchAhead.step()
  expect([...here]).toEqual(['often:latest'])
  expect(pulled.length).toBe(2)
})

test('an image that a lease has used is no longer ahead of anybody', async () => {
  const { here, used, ahead, clock, fetchAhead, ask } = machine()
  ask('often', 'a', 'b')
  await fetchAhead.step()
  clock.nowMs += 1_000
  used.set('often:latest', clock.nowMs)
  await fetchAhead.step()
  expect(fetchAhead.status()).toMatchObject({ images: [], hits: 1 })
  expect([...ahead.keys()]).toEqual([])
  expect(here.has('often:latest')).toBe(true)
})

test('does not ask for a private image again and again, and does nothing where it is off', async () => {
  const first = machine()
  first.ask('private', 'a', 'b')
  await first.fetchAhead.step()
  await first.fetchAhead.step()
  expect(first.pulled).toEqual(['docker.io/library/private:latest'])
  const off = machine({ budgetBytes: 0 })
  off.ask('often', 'a', 'b')
  await off.fetchAhead.step()
  expect(off.pulled).toEqual([])
})

test('an image that is asked for by its digest is here once it was fetched', async () => {
  const { pulled, fetchAhead, ask } = machine()
  ask(`r/tool@sha256:${'d'.repeat(64)}`, 'a', 'b')
  await fetchAhead.step()
  await fetchAhead.step()
  expect(pulled.length).toBe(1)
  expect(fetchAhead.status().images.length).toBe(1)
})
