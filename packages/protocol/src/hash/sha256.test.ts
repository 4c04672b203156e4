import fc from 'fast-check'
import { expect, test } from 'vitest'
import { portableSha256Hex, sha256Hex } from './sha256.ts'

test('hashes as the standard says', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('gives the same in Node and in a browser, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) }), (text) => {
      expect(sha256Hex(text)).toBe(portableSha256Hex(text))
    }),
  )
})
