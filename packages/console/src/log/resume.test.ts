import type { LogLine } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Resume } from './log-source.ts'

const lines = fc
  .array(fc.record({ gap: fc.constantFrom(0, 0, 0.4, 1, 7), text: fc.constantFrom('a', 'b', 'c') }), {
    maxLength: 40,
  })
  .map((steps) => {
    let atMs = 1_000
    return steps.map(({ gap, text }): LogLine => {
      atMs += gap
      return { service: 'web', replica: 0, stream: 'stdout', atMs, text }
    })
  })

test('reading on after any break shows every line exactly once', () => {
  fc.assert(
    fc.property(lines, fc.array(fc.nat(10), { maxLength: 6 }), (log, breaks) => {
      const resume = new Resume()
      const shown: LogLine[] = []
      for (const take of [...breaks, log.length]) {
        const { sinceMs } = resume.query()
        const served = log.filter(({ atMs }) => sinceMs === undefined || atMs >= Number(sinceMs))
        resume.reconnected()
        const already = shown.length
        for (const line of served) {
          if (shown.length - already >= take) break
          if (resume.isNew(line)) shown.push(line)
        }
      }
      expect(shown).toEqual(log)
    }),
  )
})
