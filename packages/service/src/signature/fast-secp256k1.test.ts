import fc from 'fast-check'
import { type Hex, recoverAddress, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { fastAccount, recoverSigner } from './fast-secp256k1.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes))
/** Below the order of the group, and not zero. */
const privateKey = fc.bigInt(1n, 2n ** 255n).map((key) => toHex(key, { size: 32 }))
const typedData = (text: string) =>
  ({
    domain: { name: 'Sublet Escrow', chainId: 1 },
    types: { Note: [{ name: 'text', type: 'string' }] },
    primaryType: 'Note',
    message: { text },
  }) as const

test('a fast account signs as viem does', async () => {
  await fc.assert(
    fc.asyncProperty(privateKey, bytes32, fc.string(), async (key, hash, text) => {
      const [fast, plain] = [fastAccount(key), privateKeyToAccount(key)]
      expect(fast.address).toBe(plain.address)
      expect(await fast.sign({ hash })).toBe(await plain.sign?.({ hash }))
      expect(await fast.signTypedData(typedData(text))).toBe(await plain.signTypedData(typedData(text)))
    }),
    { numRuns: 30 },
  )
})

test('a signature leads to its signer', async () => {
  await fc.assert(
    fc.asyncProperty(privateKey, bytes32, async (key, hash) => {
      const account = privateKeyToAccount(key)
      const signature = (await account.sign?.({ hash })) ?? '0x'
      expect(await recoverSigner({ hash, signature })).toBe(account.address)
    }),
    { numRuns: 30 },
  )
})

test('whatever is called a signature, nobody is named whom viem does not name', async () => {
  const last = fc.constantFrom('00', '01', '1b', '1c', '1d', '02', 'ff')
  const signature = fc.oneof(
    fc.tuple(bytes32, bytes32, last).map(([r, s, v]): Hex => `0x${r.slice(2)}${s.slice(2)}${v}`),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => toHex(bytes)),
  )
  await fc.assert(
    fc.asyncProperty(bytes32, signature, async (hash, bytes) => {
      const [fast, plain] = await Promise.all([
        recoverSigner({ hash, signature: bytes }).catch(() => undefined),
        recoverAddress({ hash, signature: bytes }).catch(() => undefined),
      ])
      if (fast !== undefined) expect(fast).toBe(plain)
    }),
    { numRuns: 200 },
  )
})
