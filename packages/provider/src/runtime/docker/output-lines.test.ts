import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LineJoinerOptions } from '../log-files/line-joiner.ts'
import { outputLines } from './output-lines.ts'

function frame(kind: number, text: string): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = kind
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

async function linesOf(chunks: Buffer[], options?: LineJoinerOptions) {
  const lines: [string, string][] = []
  const source = (async function* () {
    yield* chunks
  })()
  for await (const some of outputLines(source, options)) {
    for (const { stream, text, atMs } of some) {
      expect(atMs).toBe(stampMs)
      lines.push([stream, text])
    }
  }
  return lines
}

const stamp = '2026-11-22T14:08:22.123456789Z'
const stampMs = Date.parse('2026-11-22T14:08:22Z') + 123.456

test('reads the same lines however the stream is cut', async () => {
  const texts = fc.array(
    fc.record({
      kind: fc.constantFrom(1, 2),
      text: fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '')),
    }),
    { maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }),
      async (items, cuts) => {
        const whole = Buffer.concat(items.map(({ kind, text }) => frame(kind, `${stamp} ${text}\n`)))
        const chunks: Buffer[] = []
        let at = 0
        for (const cut of cuts) {
          chunks.push(whole.subarray(at, at + cut))
          at += cut
        }
        chunks.push(whole.subarray(at))
        expect(await linesOf(chunks)).toEqual(
          items.map(({ kind, text }) => [kind === 1 ? 'stdout' : 'stderr', text]),
        )
      },
    ),
  )
})

test('reads stamps of whole seconds, whatever the text has where longer ones end', async () => {
  const whole = '2026-11-22T14:08:22Z'
  const source = (async function* () {
    yield frame(1, `${whole} /data all true true\n`)
  })()
  for await (const block of outputLines(source)) {
    expect([...block]).toMatchObject([{ text: '/data all true true', atMs: Date.parse(whole) }])
  }
})

test('joins the pieces of a long line, of each stream by itself', async () => {
  const chunks = [frame(1, `${stamp} first `), frame(2, `${stamp} other\n`), frame(1, `${stamp} second\n`)]
  expect(await linesOf(chunks)).toEqual([
    ['stderr', 'other'],
    ['stdout', 'first second'],
  ])
})

test('refuses what is no such stream', async () => {
  await expect(linesOf([Buffer.from('HTTP/1.1 500 no\r\n\r\n')])).rejects.toThrow('malformed')
})

test('keeps a last line without its end', async () => {
  expect(await linesOf([frame(1, `${stamp} whole\n`), frame(2, `${stamp} begun`)])).toEqual([
    ['stdout', 'whole'],
    ['stderr', 'begun'],
  ])
})

test('begins a line anew after what the run before left without an end', async () => {
  const chunks = [frame(1, `${stamp} last words`), frame(1, `${stamp} next run\n`)]
  expect(await linesOf(chunks, { leastPieceBytes: 16_384 })).toEqual([
    ['stdout', 'last words'],
    ['stdout', 'next run'],
  ])
})
