import fc from 'fast-check'
import { expect, test } from 'vitest'
import { choosePort, readPortRange } from './choose-port.ts'

const range = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.nat(20))
  .map(([from, more]) => ({ from, to: from + more }))
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('gives a free port of the range as long as there is one, and the wanted one where it can', () => {
  fc.assert(
    fc.property(range, fc.uniqueArray(fc.nat(230)), fc.nat(230), random, (within, list, wanted, draw) => {
      const taken = new Set(list)
      const port = choosePort(within, taken, wanted, draw)
      const free = Array.from({ length: within.to - within.from + 1 }, (_, at) => within.from + at).filter(
        (one) => !taken.has(one),
      )
      if (free.length === 0) expect(port).toBeUndefined()
      else if (free.includes(wanted)) expect(port).toBe(wanted)
      else expect(free).toContain(port)
    }),
  )
  expect(choosePort('any', new Set(), 0, 0.5)).toBe(0)
  expect(choosePort('any', new Set([5]), 5, 0.5)).toBe(0)
})

test('reads a range', () => {
  expect(readPortRange('20000-29999')).toEqual({ from: 20_000, to: 29_999 })
  expect(readPortRange('any')).toBe('any')
  for (const text of ['', '5', '9-3', '0-5', '1-70000', 'x-y']) expect(readPortRange(text)).toBeUndefined()
})
