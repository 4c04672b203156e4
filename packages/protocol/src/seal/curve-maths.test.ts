import { ed25519, x25519 } from '@noble/curves/ed25519'
import fc from 'fast-check'
import { bytesToHex } from 'viem'
import { expect, test } from 'vitest'
import { type CurveMaths, hpkeSuiteOf } from './hpke-suite.ts'
import { isSignedBySession, signBySession } from './session-signature.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

for (const [from, to] of [
  ['platform', 'script'],
  ['script', 'platform'],
] satisfies [CurveMaths, CurveMaths][]) {
  test(`what the ${from}'s curve seals, the ${to}'s opens`, async () => {
    const [sender, recipient] = [hpkeSuiteOf(from), hpkeSuiteOf(to)]
    await fc.assert(
      fc.asyncProperty(bytes32, fc.uint8Array(), async (privateKey, info) => {
        const recipientKey = await recipient.kem.deserializePrivateKey(privateKey)
        const raw = x25519.getPublicKey(privateKey)
        const sending = await sender.createSenderContext({
          recipientPublicKey: await sender.kem.deserializePublicKey(raw),
          info,
        })
        const receiving = await recipient.createRecipientContext({
          recipientKey,
          enc: sending.enc,
          info,
        })
        expect(await receiving.export(info, 44)).toEqual(await sending.export(info, 44))
      }),
      { numRuns: 20 },
    )
  })
}

test('a session signature is the one that the script makes, and counts for its key and message alone', async () => {
  await fc.assert(
    fc.asyncProperty(bytes32, fc.uint8Array(), fc.uint8Array(), async (privateKey, message, other) => {
      const publicKey = bytesToHex(ed25519.getPublicKey(privateKey))
      const signature = await signBySession(bytesToHex(privateKey), message)
      expect(signature).toBe(bytesToHex(ed25519.sign(message, privateKey)))
      expect(await isSignedBySession(publicKey, signature, message)).toBe(true)
      fc.pre(bytesToHex(other) !== bytesToHex(message))
      expect(await isSignedBySession(publicKey, signature, other)).toBe(false)
    }),
    { numRuns: 20 },
  )
})

test('what is no key or no signature signs nothing', async () => {
  expect(await isSignedBySession('0x01', '0x02', new Uint8Array())).toBe(false)
  expect(await isSignedBySession(`0x${'ff'.repeat(32)}`, `0x${'00'.repeat(64)}`, new Uint8Array())).toBe(
    false,
  )
})
