import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commonAncestor } from './common-ancestor.ts'

test('finds the newest known block that the chain still has, asking few times', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.bigInt({ min: 0n, max: 10_000n }), { maxLength: 300 }),
      fc.bigInt({ min: -1n, max: 10_001n }),
      fc.bigInt({ min: -1n, max: 10_001n }),
      async (numbers, forkedAfter, head) => {
        const known = numbers
          .sort((a, b) => (a < b ? -1 : 1))
          .map((number) => ({ number, hash: `old ${number}` }))
        let asked = 0
        const hashAt = async (number: bigint) => {
          asked++
          if (number > head) return undefined
          return number <= forkedAfter ? `old ${number}` : `new ${number}`
        }
        const expected = known.findLast(({ number }) => number <= forkedAfter && number <= head)
        expect(await commonAncestor(known, hashAt)).toEqual(expected)
        expect(asked).toBeLessThanOrEqual(Math.ceil(Math.log2(known.length + 1)))
      },
    ),
  )
})
