import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type BenchName, benchNames, isBenchName } from './bench-names.ts'
import { formatMeasured, type Measured, mergeMeasured, parseMeasured, withTable } from './measured.ts'
import type { BenchRows } from './row.ts'
import { exitCodeOf, runBenches } from './run-benches.ts'
import { tableHead, tableLine } from './table.ts'

/** Each is loaded only when it runs, so that one does not weigh on another. */
const benches: Record<BenchName, () => Promise<BenchRows>> = {
  start: async () => (await import('./start.bench.ts')).benchStart(),
  lease: async () => (await import('./lease.bench.ts')).benchLease(),
  provider: async () => (await import('./provider.bench.ts')).benchProvider(),
  formats: async () => (await import('./formats.bench.ts')).benchFormats(),
  tunnel: async () => (await import('./tunnel.bench.ts')).benchTunnel(),
}

const args = process.argv.slice(2)
const flags = args.filter((arg) => arg.startsWith('--'))
const names = args.filter((arg) => !arg.startsWith('--'))
const unknown = [
  ...flags.filter((flag) => flag !== '--json' && flag !== '--write-readme'),
  ...names.filter((name) => !isBenchName(name)),
]
if (unknown.length > 0) {
  process.stderr.write(
    `There is no ${unknown.join(', ')}. Usage: npm run bench -- [${benchNames.join('|')}]… [--json] [--write-readme]\n`,
  )
  process.exit(2)
}
const json = flags.includes('--json')

if (!json) process.stdout.write(`${tableHead}\n`)
const run = await runBenches(
  benchNames.filter((name) => names.length === 0 || names.includes(name)),
  benches,
  {
    onStart: (name) => process.stderr.write(`bench ${name} …\n`),
    onRow: (row) => {
      if (!json) process.stdout.write(`${tableLine(row)}\n`)
    },
  },
)
if (json) process.stdout.write(`${JSON.stringify(run.rows, null, 2)}\n`)
for (const { name, error } of run.failed) {
  process.stderr.write(`\nbench ${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`)
}
if (run.leftOut.length > 0) {
  process.stderr.write('\nLeft out:\n')
  for (const { leftOut, because } of run.leftOut) process.stderr.write(`  ${leftOut}: ${because}\n`)
}
if (flags.includes('--write-readme')) await writeReadme(run.whole)
process.exit(exitCodeOf(run, { mustHaveAll: process.env.CI === 'true' }))

/** Keeps the rows of every bench that ran whole, and makes the README's table of all that are kept. */
async function writeReadme(whole: Measured): Promise<void> {
  const place = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const [kept, readme] = [place('../measured.json'), place('../../README.md')]
  const measured = mergeMeasured(parseMeasured(await readFile(kept, 'utf8')), whole, benchNames)
  await writeFile(kept, formatMeasured(measured))
  await writeFile(readme, withTable(await readFile(readme, 'utf8'), measured))
  process.stderr.write(
    `\nREADME.md has the rows of: ${Object.keys(whole).join(', ') || 'no bench that ran whole'}\n`,
  )
}
