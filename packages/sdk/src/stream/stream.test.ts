import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChannel } from './channel.ts'
import { merge } from './merge.ts'
import { readAll } from './read-all.ts'
import { readLines } from './read-lines.ts'

async function* of<T>(...items: T[]): AsyncGenerator<T> {
  yield* items
}
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('reads the same lines however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('a', '"', 'é', '漢', '😀'), minLength: 1 })),
      fc.array(fc.nat(40), { maxLength: 8 }),
      async (lines, cuts) => {
        const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))
        const chunks: Uint8Array[] = []
        let rest = bytes
        for (const cut of cuts) {
          chunks.push(rest.slice(0, cut))
          rest = rest.slice(cut)
        }
        chunks.push(rest)
        expect((await collect(readLines(of(...chunks)))).flat()).toEqual(lines)
      },
    ),
  )
})

test('does not read more than it may', async () => {
  await expect(readAll(of(new Uint8Array(5), new Uint8Array(6)), 10)).rejects.toThrow(RangeError)
})

test('slows a writer to its reader, and lets it go when the reader leaves', async () => {
  const channel = createChannel<number>()
  let taken = 0
  const pushes = [1, 2, 3].map((value) =>
    channel.push(value).then(() => {
      taken += 1
    }),
  )
  expect(taken).toBe(0)
  for await (const value of channel) if (value === 2) break
  await Promise.all(pushes)
  await channel.push(4)
  expect(taken).toBe(3)
})

test('hands on what was queued before it failed', async () => {
  const channel = createChannel<number>()
  void channel.push(1)
  channel.fail(new Error('cut'))
  const heard: number[] = []
  await expect(
    (async () => {
      for await (const value of channel) heard.push(value)
    })(),
  ).rejects.toThrow('cut')
  expect(heard).toEqual([1])
})

test('merges streams to the last of them', async () => {
  expect((await collect(merge([of(1, 3), of(2), of<number>()]))).sort()).toEqual([1, 2, 3])
  expect(await collect(merge([]))).toEqual([])
})

test('ends a merge with the first error', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1
    throw new Error('cut')
  }
  await expect(collect(merge([failing()]))).rejects.toThrow('cut')
})
