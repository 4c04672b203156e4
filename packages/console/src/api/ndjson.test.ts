import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readNdjson } from './ndjson.ts'

function streamOf(bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const points = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
  return new ReadableStream({
    start(controller) {
      for (let index = 1; index < points.length; index += 1) {
        controller.enqueue(bytes.slice(points[index - 1], points[index]))
      }
      controller.close()
    },
  })
}

async function collect(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const value of values) all.push(value)
  return all
}

test('gives every value, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ text: fc.string({ unit: 'binary' }) })),
      fc.array(fc.nat(400)),
      async (values, cuts) => {
        const bytes = new TextEncoder().encode(values.map((value) => JSON.stringify(value)).join('\n'))
        const within = cuts.map((cut) => Math.min(cut, bytes.length))
        const read = await collect(readNdjson(streamOf(bytes, within)))
        expect(read).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))))
      },
    ),
  )
})

test('leaves out lines that are no JSON', async () => {
  const bytes = new TextEncoder().encode('{"a":1}\n\nnonsense\n{"a":2}')
  expect(await collect(readNdjson(streamOf(bytes, [])))).toEqual([{ a: 1 }, { a: 2 }])
})
