import { appendFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jsonLogFormat } from '../docker/json-log-entries.ts'
import type { LogRequest } from '../runtime.ts'
import type { LogFiles } from './open-log-files.ts'
import { type LogSource, readLogFiles } from './read-log-files.ts'

const firstMs = Date.parse('2026-11-22T14:08:22Z')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sublet-logs-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A log that is written as Docker writes it, a second between two lines. */
function createLog({ kept = 3, areCompressed = false } = {}) {
  const path = join(folder, 'log')
  const older = Array.from({ length: kept - 1 }, (_, age) => `${path}.${age + 1}`)
  const files: LogFiles = { paths: [path, ...older], areCompressed }
  let end: () => void = () => {}
  let lose: (error: Error) => void = () => {}
  const ending = new Promise<void>((resolve, reject) => {
    end = resolve
    lose = reject
  })
  ending.catch(() => undefined)
  const source: LogSource = { files, format: jsonLogFormat, ended: () => ending }
  let written = 0
  const entry = (text: string) => {
    const time = new Date(firstMs + 1000 * written++).toISOString()
    return `${JSON.stringify({ log: text, stream: 'stdout', time })}\n`
  }
  return {
    path,
    source,
    end: () => end(),
    lose: (error: Error) => lose(error),
    entry,
    write: (...texts: string[]) => appendFile(path, texts.map((text) => entry(`${text}\n`)).join('')),
    async rotate() {
      const names = areCompressed ? [path, ...older.map((name) => `${name}.gz`)] : files.paths
      for (let age = names.length - 1; age > (areCompressed ? 1 : 0); age -= 1) {
        await rename(names[age - 1] ?? '', names[age] ?? '').catch(() => undefined)
      }
      if (areCompressed) await rename(path, `${path}.1`)
      await writeFile(path, '')
      if (!areCompressed) return
      await writeFile(`${path}.1.gz`, gzipSync(await readFile(`${path}.1`)))
      await rm(`${path}.1`)
    },
    read: (request: Partial<LogRequest> = {}) => readLogFiles(source, { follow: false, ...request }),
  }
}

type Log = ReturnType<typeof createLog>

async function linesOf(log: Log, request?: Partial<LogRequest>): Promise<string[]> {
  const lines: string[] = []
  for await (const block of log.read(request)) lines.push(...block.texts())
  return lines
}

/** Lines as they come; `until` reads on to the given one. */
function follow(log: Log, request: Partial<LogRequest> = {}) {
  const lines: string[] = []
  const blocks = log.read({ follow: true, ...request })
  return {
    lines,
    async until(line: string) {
      while (!lines.includes(line)) {
        const next = await blocks.next()
        if (next.done === true) throw new Error(`the log ended before ${line}`)
        lines.push(...next.value.texts())
      }
    },
    async rest() {
      for await (const block of blocks) lines.push(...block.texts())
      return lines
    },
  }
}

test('reads the older files first, as far as they are there', async () => {
  const log = createLog({ kept: 3 })
  for (const line of ['lost', 'oldest', 'older', 'new']) {
    await log.write(line)
    if (line !== 'new') await log.rotate()
  }
  expect(await linesOf(log)).toEqual(['oldest', 'older', 'new'])
})

test('the last lines are the same however they lie in files', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
    { weight: 1, arbitrary: fc.constant('rotate' as const) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 20 }),
      fc.nat(20),
      fc.boolean(),
      async (steps, tail, areCompressed) => {
        await rm(folder, { recursive: true, force: true })
        folder = await mkdtemp(join(tmpdir(), 'sublet-logs-'))
        const log = createLog({ kept: 30, areCompressed })
        const all: string[] = []
        for (const size of steps) {
          if (size === 'rotate') await log.rotate().catch(() => undefined)
          else {
            all.push(`${all.length} ${'x'.repeat(size)}`)
            const text = `${all.at(-1)}\n`
            for (let at = 0; at < text.length; at += 16_384) {
              await appendFile(log.path, log.entry(text.slice(at, at + 16_384)))
            }
          }
        }
        expect(await linesOf(log)).toEqual(all)
        expect(await linesOf(log, { tail })).toEqual(tail === 0 ? [] : all.slice(-tail))
      },
    ),
    { numRuns: 60 },
  )
})

test('leaves out what was before an instant, of the last lines too', async () => {
  const log = createLog()
  await log.write('0', '1')
  await log.rotate()
  await log.write('2', '3', '4')
  const sinceMs = firstMs + 3_000
  expect(await linesOf(log, { sinceMs })).toEqual(['3', '4'])
  expect(await linesOf(log, { sinceMs, tail: 4 })).toEqual(['3', '4'])
  expect(await linesOf(log, { sinceMs, tail: 1 })).toEqual(['4'])
})

test('follows through rotations, however far behind it is', async () => {
  const log = createLog({ kept: 9 })
  await log.write('first')
  const followed = follow(log)
  await followed.until('first')
  for (let line = 0; line < 6; line += 1) {
    await log.write(`${line}`)
    await log.rotate()
  }
  await log.write('last')
  await followed.until('last')
  await log.write('after')
  log.end()
  expect(await followed.rest()).toEqual(['first', '0', '1', '2', '3', '4', '5', 'last', 'after'])
})

test('goes on with what is kept when the writer was faster', async () => {
  const log = createLog({ kept: 2 })
  await log.write('first')
  const followed = follow(log)
  await followed.until('first')
  for (const line of ['its own', 'gone', 'older', 'newest']) {
    await log.write(line)
    if (line !== 'newest') await log.rotate()
  }
  log.end()
  // The file that it has open is read to its end, even if it is removed.
  expect(await followed.rest()).toEqual(['first', 'its own', 'older', 'newest'])
})

test('takes nothing twice when what it reads is compressed meanwhile', async () => {
  const log = createLog({ kept: 4, areCompressed: true })
  await log.write('compressed')
  await log.rotate()
  await log.write('first')
  const followed = follow(log)
  await followed.until('first')
  await log.write('second')
  await log.rotate()
  await log.write('third')
  await log.rotate()
  await log.write('fourth')
  log.end()
  expect(await followed.rest()).toEqual(['compressed', 'first', 'second', 'third', 'fourth'])
})

test('waits for the end of an entry that is being written', async () => {
  const log = createLog()
  await log.write('whole')
  const torn = log.entry('torn\n')
  await appendFile(log.path, torn.slice(0, 9))
  expect(await linesOf(log)).toEqual(['whole'])
  const followed = follow(log)
  await followed.until('whole')
  await appendFile(log.path, torn.slice(9))
  await followed.until('torn')
  log.end()
  expect(await followed.rest()).toEqual(['whole', 'torn'])
})

test('reads on behind what a full disk cut off, and in the next file', async () => {
  const log = createLog()
  const cutOff = () => log.entry('cut off\n').slice(0, 12)
  await log.write('one')
  await appendFile(log.path, cutOff())
  await log.write('two')
  await appendFile(log.path, cutOff())
  await log.rotate()
  await log.write('three')
  expect(await linesOf(log)).toEqual(['one', 'two', 'three'])
})

test('begins anew in a file that somebody emptied', async () => {
  const log = createLog()
  await log.write('a long line before')
  const followed = follow(log)
  await followed.until('a long line before')
  await truncate(log.path)
  await log.write('new')
  await followed.until('new')
  log.end()
  expect(await followed.rest()).toEqual(['a long line before', 'new'])
})

test('reads to the end when everything is removed', async () => {
  const log = createLog()
  await log.write('first')
  const followed = follow(log)
  await followed.until('first')
  await log.write('last')
  await rm(folder, { recursive: true })
  log.end()
  expect(await followed.rest()).toEqual(['first', 'last'])
})

test('takes up a log that is not there yet, and one without a line has none', async () => {
  const log = createLog()
  expect(await linesOf(log)).toEqual([])
  const followed = follow(log)
  const first = followed.until('first')
  await log.write('first')
  await first
  log.end()
  expect(await followed.rest()).toEqual(['first'])
})

test('follows from a tail on', async () => {
  const log = createLog()
  await log.write('0', '1', '2')
  const followed = follow(log, { tail: 1 })
  await followed.until('2')
  const none = follow(log, { tail: 0 })
  const next = none.until('3')
  await log.write('3')
  await Promise.all([next, followed.until('3')])
  log.end()
  expect(await followed.rest()).toEqual(['2', '3'])
  expect(await none.rest()).toEqual(['3'])
})

test('gives all there is before it says that nobody can tell more', async () => {
  const log = createLog()
  await log.write('first')
  log.lose(new Error('the engine is away'))
  const followed = follow(log)
  await expect(followed.rest()).rejects.toThrow('the engine is away')
  expect(followed.lines).toEqual(['first'])
})

test('stops at once when told to', async () => {
  const log = createLog()
  await log.write('first')
  const stop = new AbortController()
  const followed = follow(log, { signal: stop.signal })
  await followed.until('first')
  const rest = followed.rest()
  stop.abort()
  expect(await rest).toEqual(['first'])
})
