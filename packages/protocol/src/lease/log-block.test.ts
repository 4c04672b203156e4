import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeLogBlock, LogBlock, logBlockOf, type OutputLine, readLogBlocks } from './log-block.ts'

const line: fc.Arbitrary<OutputLine> = fc.record({
  stream: fc.constantFrom('stdout', 'stderr'),
  atMs: fc.double({ min: 0, max: 1e13, noNaN: true }),
  text: fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\n/g, '')),
})

async function* cutUp(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const cut of cuts) {
    if (cut > 0) yield bytes.slice(at, at + cut)
    at += cut
  }
  yield bytes.slice(at)
}

async function read(bytes: Uint8Array, cuts: readonly number[] = []) {
  const lines: (OutputLine & { service: string; replica: number })[] = []
  for await (const { block, ...source } of readLogBlocks(cutUp(bytes, cuts))) {
    for (const one of block) lines.push({ ...source, ...one })
  }
  return lines
}

const joined = (parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

test('reads the same lines however the stream is cut', async () => {
  const block = fc.record({ service: fc.string(), replica: fc.nat(60), lines: fc.array(line) })
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, { maxLength: 4 }),
      fc.array(fc.nat(60), { maxLength: 30 }),
      async (blocks, cuts) => {
        const bytes = joined(
          blocks.map(({ service, replica, lines }) =>
            encodeLogBlock({ service, replica }, logBlockOf(lines)),
          ),
        )
        expect(await read(bytes, cuts)).toEqual(
          blocks.flatMap(({ service, replica, lines }) => lines.map((one) => ({ service, replica, ...one }))),
        )
      },
    ),
  )
})

test('keeps lines apart, whatever bytes a program writes', async () => {
  const text = Uint8Array.from([0xef, 0xbb, 0xbf, 0x61, 0xe2, 0x82, 0x0a, 0xff, 0x0d, 0x62, 0x0a])
  const block = new LogBlock(Float64Array.of(1, 2), Uint8Array.of(0, 1), text)
  expect(await read(encodeLogBlock({ service: 'web', replica: 0 }, block))).toEqual([
    { service: 'web', replica: 0, stream: 'stdout', atMs: 1, text: '\ufeffa\ufffd' },
    { service: 'web', replica: 0, stream: 'stderr', atMs: 2, text: '\ufffd\rb' },
  ])
  expect(logBlockOf([{ stream: 'stdout', atMs: 0, text: 'a\nb' }]).texts()).toEqual(['a b'])
})

test('refuses what is no such stream, and says so when it is cut off', async () => {
  const whole = encodeLogBlock(
    { service: 'web', replica: 0 },
    logBlockOf([{ stream: 'stdout', atMs: 1, text: 'a' }]),
  )
  await expect(read(whole.slice(0, -1))).rejects.toThrow(RangeError)
  await expect(read(whole.slice(0, 3))).rejects.toThrow(RangeError)
  await expect(read(new TextEncoder().encode('{"service":"web"}\n'))).rejects.toThrow('not understood')
  const lacking = new LogBlock(Float64Array.of(1, 2), Uint8Array.of(0, 0), new TextEncoder().encode('one\n'))
  await expect(read(encodeLogBlock({ service: 'web', replica: 0 }, lacking))).rejects.toThrow(
    'not understood',
  )
  const unended = new LogBlock(Float64Array.of(1), Uint8Array.of(0), new TextEncoder().encode('one\ntwo'))
  await expect(read(encodeLogBlock({ service: 'web', replica: 0 }, unended))).rejects.toThrow(
    'not understood',
  )
  const huge = new TextEncoder().encode('{"service":"w","replica":0,"count":0,"textBytes":99999999}')
  await expect(read(joined([Uint8Array.of(0, 0, 0, huge.length), huge]))).rejects.toThrow('not understood')
})
