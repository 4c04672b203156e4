import type { LeaseEvent } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addEvents, pullUnderWay } from './event-list.ts'

function eventOf(sequence: number, more: Partial<LeaseEvent> = {}): LeaseEvent {
  return {
    sequence,
    atMs: sequence,
    reason: 'started',
    level: 'info',
    message: `number ${sequence}`,
    ...more,
  }
}
const pulling = (sequence: number, doneBytes: number) =>
  eventOf(sequence, { reason: 'pulling', doneBytes, totalBytes: 100 })

test('a stream that is read anew after any break shows every event once, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 5 }), (breaks) => {
      const all = Array.from({ length: 12 }, (_, sequence) => eventOf(sequence))
      let shown: readonly LeaseEvent[] = []
      for (const end of [...breaks, all.length]) shown = addEvents(shown, all.slice(0, end))
      expect(shown).toEqual(all)
    }),
  )
})

test('only the newest word on a pull is kept, and none once something else has happened', () => {
  const under = addEvents([eventOf(0)], [pulling(1, 10), pulling(2, 40)])
  expect(under.map(({ sequence }) => sequence)).toEqual([0, 2])
  expect(pullUnderWay(under)).toEqual({ doneBytes: 40, totalBytes: 100 })
  const over = addEvents(under, [eventOf(3, { reason: 'pulled' })])
  expect(over.map(({ sequence }) => sequence)).toEqual([0, 3])
  expect(pullUnderWay(over)).toBeUndefined()
})
