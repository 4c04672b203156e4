import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBytes } from './byte-reader.ts'

async function* streamOf(chunks: Uint8Array[]) {
  yield* chunks
}

test('gives the same bytes however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 20 })),
      fc.integer({ min: 1, max: 30 }),
      async (chunks, size) => {
        const all = Buffer.concat(chunks)
        const reader = readBytes(streamOf(chunks))
        for (let at = 0; at + size <= all.length; at += size) {
          expect(Buffer.from((await reader.read(size)) ?? [])).toEqual(all.subarray(at, at + size))
        }
        if (all.length % size === 0) expect(await reader.read(size)).toBeUndefined()
        else await expect(reader.read(size)).rejects.toThrow(RangeError)
      },
    ),
  )
})
