import process from 'node:process'
import { isWorkloadFormat } from './format-names.ts'
import { type FormatWork, formatWork, timedMicros } from './format-work.ts'
import { median } from './row.ts'

// Run by formats.bench.ts in a process of its own: the texts come on standard input, the median microseconds go out.
const [work, format] = process.argv.slice(2)
if (work === undefined || !isWorkloadFormat(format))
  throw new Error('usage: format-first-pass.ts WORK FORMAT < TEXTS')
const chunks: Buffer[] = []
for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
const texts = JSON.parse(Buffer.concat(chunks).toString('utf8')) as string[]
const through = formatWork(work as FormatWork, format)
process.stdout.write(JSON.stringify(median(texts.map((text) => timedMicros(() => through(text))))))
