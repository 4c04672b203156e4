import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openArchive, sealArchive } from './sealed-archive.ts'

const key = `0x${'5a'.repeat(32)}` as const
const ignore = { onArchiveBytes: () => undefined }
const seal = async (bytes: Buffer, under: `0x${string}` = key) =>
  buffer(Readable.from(sealArchive(Readable.from([bytes], { objectMode: false }), under, ignore)))
const open = (sealed: Uint8Array, under: `0x${string}` = key) =>
  buffer(openArchive(Readable.from([sealed]), under, ignore))

test('gives back what was sealed, and shows nothing of it', async () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('a secret of the tenant'.repeat(20)),
    randomBytes(300_000),
  ]) {
    const sealed = await seal(bytes)
    expect((await open(sealed)).equals(bytes)).toBe(true)
    expect(sealed.includes('a secret of the tenant')).toBe(false)
    expect(await seal(bytes)).not.toEqual(sealed)
  }
})

test('refuses whatever was altered, cut off or sealed under another key', async () => {
  const sealed = await seal(randomBytes(200_000))
  const failed = { code: 'snapshot.failed' }
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const altered = Buffer.from(sealed)
      altered[at] = (altered[at] ?? 0) ^ change
      await expect(open(altered)).rejects.toMatchObject(failed)
      await expect(open(sealed.subarray(0, at))).rejects.toMatchObject(failed)
    }),
    { numRuns: 30 },
  )
  await expect(open(sealed, `0x${'5b'.repeat(32)}`)).rejects.toMatchObject(failed)
})
