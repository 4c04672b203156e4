import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVault } from './vault.ts'

const options = { purpose: 'test 1', hint: 'Use the key of before.' }
const vault = createVault(randomBytes(32), options)

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
  expect(() => createVault(randomBytes(32), options).open(sealed)).toThrow('another key')
})

test('one secret serves several purposes, none of which opens the others’', () => {
  const secret = randomBytes(32)
  const other = createVault(secret, { ...options, purpose: 'test 2' })
  expect(() => other.open(createVault(secret, options).seal('secret'))).toThrow('another key')
})
