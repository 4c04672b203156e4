import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineJoiner } from '../log-files/line-joiner.ts'
import { parseStamp } from '../log-files/stamps.ts'
import { jsonLogFormat } from './json-log-entries.ts'

const stamp = '2026-11-22T14:08:22.123456789Z'

function linesOf(entries: readonly string[]) {
  const lines = createLineJoiner(jsonLogFormat)
  const read = jsonLogFormat.reader()
  for (const entry of entries) {
    // As in a file: something lies before and behind.
    const buffer = Buffer.from(`"}\n${entry}\n{"log":"`)
    read(buffer, 3, buffer.length - 9, lines)
  }
  lines.finish()
  return [...(lines.take() ?? [])]
}

/** As Docker writes a text: no more escapes than JSON needs, but `<`, `>` and `&` too. */
const asDocker = (text: string) =>
  JSON.stringify(text).replace(/[<>&\u2028\u2029\b\f\t]|\\[bft]/g, (found) => {
    const character = found.startsWith('\\') ? (JSON.parse(`"${found}"`) as string) : found
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', '"', '<', '\n', '\r', '\t', '\u001b', 'é', '💡', 'u', 'n', '0') }),
  fc.string(),
)
const entries = fc
  .record({
    text: texts,
    isWhole: fc.boolean(),
    stream: fc.constantFrom('stdout', 'stderr'),
    time: fc.constantFrom(
      stamp,
      '2026-11-22T14:08:23.5Z',
      '2026-11-22T14:08:24Z',
      '2026-11-22T16:08:22.5+02:00',
    ),
    write: fc.constantFrom(JSON.stringify, asDocker),
    shape: fc.constantFrom('usual', 'attributes', 'spaced', 'turned', 'further'),
  })
  .map(({ text, isWhole, stream, time, write, shape }) => {
    const log = write(isWhole ? `${text}\n` : text)
    const json = {
      usual: `{"log":${log},"stream":"${stream}","time":"${time}"}`,
      attributes: `{"log":${log},"stream":"${stream}","attrs":{"tag":${log}},"time":"${time}"}`,
      spaced: `{"log": ${log}, "stream": "${stream}", "time": "${time}"}`,
      turned: `{"time":"${time}","stream":"${stream}","log":${log}}`,
      further: `{"log":${log},"more":${log},"stream":"${stream}","time":"${time}"}`,
    }
    return json[shape]
  })

/** What the entries say, in the plainest way. */
function expected(some: readonly string[]) {
  return some.map((entry) => {
    const { log, stream, time } = JSON.parse(entry) as { log: string; stream: string; time: string }
    const text = Buffer.from(log).toString().replace(/\n$/, '').replace(/\r$/, '').replaceAll('\n', ' ')
    return { stream, atMs: parseStamp(time), text }
  })
}

test('reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 6 }), (some) => {
      expect(linesOf(some)).toEqual(expected(some))
    }),
    { numRuns: 1_000 },
  )
})

test('reads the usual shape at once, whatever is escaped in it', () => {
  const text = '\u001b[1m<b> "q" \\ \\n \t é 💡\ufffd'
  expect(linesOf([`{"log":${asDocker(`${text}\r\n`)},"stream":"stderr","time":"${stamp}"}`])).toEqual([
    { stream: 'stderr', atMs: parseStamp(stamp), text },
  ])
})

test('joins the pieces of a long line, and only those', () => {
  const piece = 'x'.repeat(16 * 1024)
  const entry = (log: string) => JSON.stringify({ log, stream: 'stdout', time: stamp })
  const read = linesOf([entry(piece), entry('its end\n'), entry('last words'), entry('next run\n')])
  expect(read.map(({ text }) => text)).toEqual([`${piece}its end`, 'last words', 'next run'])
})

test('reads on behind what was cut off', () => {
  const whole = `{"log":"whole\\n","stream":"stdout","time":"${stamp}"}`
  for (let cut = 0; cut < whole.length; cut += 1) {
    for (const left of [whole.slice(0, cut), `${whole.slice(0, cut)}\0\0\0`]) {
      expect(linesOf([`${left}${whole}`]).map(({ text }) => text)).toEqual(['whole'])
    }
    expect(linesOf([whole.slice(0, cut)])).toEqual([])
  }
})
