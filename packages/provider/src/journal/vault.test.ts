import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVault } from './vault.ts'

const vault = createVault(randomBytes(32))

test('opens what it sealed and shows nothing of it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), (text) => {
      const sealed = vault.seal(text)
      expect(vault.open(sealed)).toBe(text)
      expect(sealed.includes(Buffer.from(text))).toBe(false)
    }),
  )
})

test('refuses what was altered or sealed under another key', () => {
  const sealed = vault.seal('secret')
  const altered = Buffer.from(sealed)
  altered[altered.length - 1] = (altered[altered.length - 1] ?? 0) ^ 1
  expect(() => vault.open(altered)).toThrow('another key')
  expect(() => createVault(randomBytes(32)).open(sealed)).toThrow('another key')
})
