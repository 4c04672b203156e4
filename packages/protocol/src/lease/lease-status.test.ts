import { expect, test } from 'vitest'
import { chargedUntilMs } from './lease-status.ts'

test('a lease costs until now while it is open, and until it was being closed once it has ended', () => {
  expect(chargedUntilMs({ phase: 'active', phaseAtMs: { active: 1_000 } }, 9_000)).toBe(9_000)
  expect(chargedUntilMs({ phase: 'closing', phaseAtMs: { closing: 2_000 } }, 9_000)).toBe(9_000)
  expect(chargedUntilMs({ phase: 'closed', phaseAtMs: { closing: 2_000, closed: 4_000 } }, 9_000)).toBe(2_000)
  expect(chargedUntilMs({ phase: 'closed', phaseAtMs: { closed: 4_000 } }, 9_000)).toBe(4_000)
  expect(chargedUntilMs({ phase: 'closed', phaseAtMs: {} }, 9_000)).toBe(9_000)
})
