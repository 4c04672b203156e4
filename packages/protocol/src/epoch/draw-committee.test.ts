import fc from 'fast-check'
import { toHex } from 'viem'
import { expect, test } from 'vitest'
import type { Address, Hex } from '../units/units.ts'
import { drawCommittee, type FrozenChecker } from './draw-committee.ts'

const bytes32 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((n): Hex => toHex(n, { size: 32 }))
const checkers = fc
  .array(fc.bigInt({ min: 0n, max: 2n ** 96n - 1n }), { maxLength: 40 })
  .map((stakes) => stakes.map((stake, i): FrozenChecker => ({ address: toHex(i + 1, { size: 20 }), stake })))

test('draws as many distinct checkers as asked for, or all', () => {
  fc.assert(
    fc.property(bytes32, bytes32, fc.nat(50), checkers, (seed, purpose, size, list) => {
      const members = drawCommittee({ seed, purpose, size, checkers: list })
      expect(members.length).toBe(Math.min(size, list.length))
      expect(new Set(members).size).toBe(members.length)
      const known = new Set<Address>(list.map(({ address }) => address))
      expect(members.every((member) => known.has(member))).toBe(true)
    }),
  )
})

test('a larger committee begins with the smaller one', () => {
  fc.assert(
    fc.property(bytes32, bytes32, checkers, (seed, purpose, list) => {
      const small = drawCommittee({ seed, purpose, size: 5, checkers: list })
      const large = drawCommittee({ seed, purpose, size: 11, checkers: list })
      expect(large.slice(0, small.length)).toEqual(small)
    }),
  )
})

test('draws by stake', () => {
  const list: FrozenChecker[] = [
    { address: toHex(1, { size: 20 }), stake: 300n },
    { address: toHex(2, { size: 20 }), stake: 100n },
  ]
  const firsts = Array.from(
    { length: 2000 },
    (_, i) =>
      drawCommittee({
        seed: toHex(7, { size: 32 }),
        purpose: toHex(i, { size: 32 }),
        size: 1,
        checkers: list,
      })[0],
  )
  const share = firsts.filter((first) => first === list[0]?.address).length / firsts.length
  // Three quarters, four standard deviations either way.
  expect(share).toBeGreaterThan(0.71)
  expect(share).toBeLessThan(0.79)
})
