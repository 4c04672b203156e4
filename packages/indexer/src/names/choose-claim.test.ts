import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseClaim, type JudgedClaim } from './choose-claim.ts'

const objection = { code: 'host.unproved', message: 'no', hint: 'prove it' } as const
const claims = fc.uniqueArray(
  fc.record<JudgedClaim>({
    label: fc.string({ minLength: 1 }),
    sinceMs: fc.nat(5),
    judgement: fc.constantFrom(
      undefined,
      { believed: false as const, objection },
      { believed: true as const, by: 'wallet' as const },
      { believed: true as const, by: 'alias' as const },
    ),
  }),
  { selector: ({ label }) => label },
)

test('the same claim is chosen in whatever order they come, and only a believed one', () => {
  fc.assert(
    fc.property(claims, fc.infiniteStream(fc.double({ noNaN: true })), (all, keys) => {
      const chosen = chooseClaim(all)
      const weights = new Map(all.map((claim) => [claim, keys.next().value]))
      expect(chooseClaim([...all].sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0)))).toBe(chosen)
      expect(chosen === undefined).toBe(!all.some(({ judgement }) => judgement?.believed))
      if (chosen !== undefined) expect(chosen.judgement?.believed).toBe(true)
    }),
  )
})

test('the record that names the lease wins, then the newest lease; unchecked, who came first', () => {
  const claim = (label: string, by: 'alias' | 'wallet' | 'nobody', sinceMs: number) => ({
    label,
    sinceMs,
    judgement: { believed: true as const, by },
  })
  const of = (...all: ReturnType<typeof claim>[]) => chooseClaim(all)?.label
  expect(of(claim('a', 'wallet', 9), claim('b', 'alias', 1))).toBe('b')
  expect(of(claim('a', 'wallet', 1), claim('b', 'wallet', 2))).toBe('b')
  expect(of(claim('a', 'nobody', 1), claim('b', 'nobody', 2))).toBe('a')
})
