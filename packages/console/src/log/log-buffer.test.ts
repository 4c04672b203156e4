import type { LogLine } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { appendLines, emptyLog, filterLines, highlight, plainText } from './log-buffer.ts'

const line = (text: string, service = 'web'): LogLine => ({
  service,
  replica: 0,
  stream: 'stdout',
  atMs: 0,
  text,
})

test('keeps the newest lines, and numbers never change', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string())), fc.integer({ min: 1, max: 20 }), (batches, limit) => {
      const buffer = batches.reduce(
        (kept, batch) =>
          appendLines(
            kept,
            batch.map((text) => line(text)),
            limit,
          ),
        emptyLog,
      )
      const all = batches.flat()
      expect(buffer.lines.length + buffer.dropped).toBe(all.length)
      expect(buffer.lines.length).toBe(Math.min(limit, all.length))
      expect(buffer.lines.map(({ text }) => text)).toEqual(all.slice(buffer.dropped).map(plainText))
      for (const [index, kept] of buffer.lines.entries()) expect(kept.number).toBe(buffer.dropped + index + 1)
    }),
  )
})

test('filters by service and by words in any case', () => {
  const { lines } = appendLines(emptyLog, [line('GET /'), line('ready', 'db'), line('get /x', 'db')], 10)
  expect(filterLines(lines, { search: 'get', service: '' }).map(({ text }) => text)).toEqual([
    'GET /',
    'get /x',
  ])
  expect(filterLines(lines, { search: 'get', service: 'db' }).map(({ text }) => text)).toEqual(['get /x'])
  expect(filterLines(lines, { search: '', service: '' })).toBe(lines)
})

test('marks every hit and loses no letter', () => {
  expect(highlight('Error: no error', 'error')).toEqual([
    { text: 'Error', hit: true },
    { text: ': no ', hit: false },
    { text: 'error', hit: true },
  ])
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, search) => {
      expect(
        highlight(text, search)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
    }),
  )
})

test('takes terminal controls out of a line', () => {
  expect(plainText('\x1b[32mok\x1b[0m \x1b]0;title\x07done\r')).toBe('ok done')
  expect(plainText('a\tb')).toBe('a    b')
})
