import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf } from './lines.ts'

async function read(chunks: readonly Buffer[]): Promise<string[]> {
  const all: string[] = []
  for await (const line of linesOf(Readable.from(chunks), 1000)) all.push(line)
  return all
}

test('gives the same lines however the bytes are cut', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !text.includes('\n'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 7 })),
      async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''))
        const chunks: Buffer[] = []
        let at = 0
        for (const size of cuts) {
          chunks.push(bytes.subarray(at, at + size))
          at += size
        }
        chunks.push(bytes.subarray(at))
        expect(await read(chunks.filter(({ length }) => length > 0))).toEqual(lines)
      },
    ),
  )
})

test('gives up on a line without an end', async () => {
  await expect(read([Buffer.alloc(600), Buffer.alloc(600)])).rejects.toThrow(RangeError)
})
