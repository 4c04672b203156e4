import * as nodeCrypto from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeAead, webAead } from './aead.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

test('Node’s cipher and Web Crypto make the same bytes and open each other’s', async () => {
  await fc.assert(
    fc.asyncProperty(
      bytes(32),
      bytes(12),
      bytes(5),
      fc.uint8Array({ maxLength: 300 }),
      async (key, nonce, header, plain) => {
        const [node, web] = [nodeAead(nodeCrypto, key), await webAead(key)]
        const piece = await node.seal(nonce, header, plain)
        expect(await web.seal(nonce, header, plain)).toEqual(piece)
        expect(piece.subarray(0, header.length)).toEqual(header)
        const sealed = piece.subarray(header.length)
        expect(await web.open(nonce, header, sealed)).toEqual(plain)
        expect(await node.open(nonce, header, sealed)).toEqual(plain)
      },
    ),
    { numRuns: 50 },
  )
})

test('both refuse what was altered, in its bytes, its tag or its header', async () => {
  const key = new Uint8Array(32).fill(1)
  const nonce = new Uint8Array(12)
  const header = new Uint8Array(5)
  for (const aead of [nodeAead(nodeCrypto, key), await webAead(key)]) {
    const sealed = (await aead.seal(nonce, header, new Uint8Array(40))).subarray(header.length)
    for (const at of [0, 39, 40, sealed.length - 1]) {
      const altered = sealed.slice()
      altered[at] = (altered[at] ?? 0) ^ 1
      await expect((async () => aead.open(nonce, header, altered))()).rejects.toThrow()
    }
    await expect((async () => aead.open(nonce, new Uint8Array(5).fill(1), sealed))()).rejects.toThrow()
  }
})
