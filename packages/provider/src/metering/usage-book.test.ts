import { expect, test } from 'vitest'
import { createUsageBook } from './usage-book.ts'

const web = { service: 'web', replica: 0 }
const db = { service: 'db', replica: 0 }

function bookOf(names: readonly string[]) {
  return createUsageBook({
    leaseId: '0x01',
    services: names.map((name) => ({ name, replicas: 1, ports: [] })),
    journal: { changeUsage: async () => {}, usageOf: async () => [] },
    patiently: (call) => call(),
    onChange: () => {},
    onFailure: (error) => {
      throw error
    },
  })
}

test('what nobody saw until the end was not served', () => {
  const book = bookOf(['web', 'db'])
  for (const replica of [web, db]) book.enter(replica, 'serving', { atMs: 1_000 })
  book.watched(web, false, 5_000)
  book.watched(web, false, 7_000)
  book.watched(db, false, 6_000)
  book.watched(db, true, 8_000)
  // Until then the engine may still say what happened.
  expect(book.downtimeSeconds(1_000, 9_000)).toBe(0)
  expect(book.isDown()).toBe(false)
  book.endAll(9_000)
  expect(book.downtimeSeconds(1_000, 9_000)).toBe(4)
})

test('what the engine tells once it is back counts, and not what was unseen', () => {
  const book = bookOf(['web'])
  book.enter(web, 'serving', { atMs: 1_000 })
  book.watched(web, false, 5_000)
  book.watched(web, true, 8_000)
  book.enter(web, 'down', { atMs: 7_000, fault: 'provider' })
  book.enter(web, 'starting', { atMs: 8_000 })
  book.enter(web, 'serving', { atMs: 9_000 })
  book.endAll(20_000)
  expect(book.downtimeSeconds(1_000, 20_000)).toBe(2)
})
