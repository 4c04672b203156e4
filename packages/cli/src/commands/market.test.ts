import { expect, test } from 'vitest'
import { runtimeOf } from './market.ts'

test('tells beside the runtime why nothing can be rented there', () => {
  const draining = true as const
  expect(runtimeOf({ runtime: 'docker' }, true)).toBe('docker')
  expect(runtimeOf({ runtime: 'docker' }, false)).toBe('docker (away)')
  expect(runtimeOf({ runtime: 'docker', draining }, true)).toBe('docker (draining)')
  expect(runtimeOf({ runtime: 'docker', draining }, false)).toBe('docker (away, draining)')
})
