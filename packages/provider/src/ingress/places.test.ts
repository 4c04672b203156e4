import { expect, test } from 'vitest'
import { createPlaces } from './places.ts'

const place = { indexer: `0x${'11'.repeat(20)}`, host: 'db.sublet.example', port: 20_001 } as const

test('who waits for a place is told it, and a later one that differs is a move', async () => {
  const places = createPlaces()
  const found = [places.find('db'), places.find('db')]
  expect(places.note('db', place)).toBe(false)
  expect(await Promise.all(found)).toEqual([place, place])
  expect(await places.find('db')).toEqual(place)
  expect(places.note('db', { ...place })).toBe(false)
  expect(places.note('db', { ...place, port: 20_002 })).toBe(true)
})

test('waits no longer than it may, nor for what is forgotten', async () => {
  expect(await createPlaces({ waitMs: 1 }).find('db')).toBeUndefined()
  const places = createPlaces()
  const found = places.find('db')
  places.forget('db')
  expect(await found).toBeUndefined()
})
