import process from 'node:process'
import type { BenchRow } from './row.ts'

/** Every bench by name; each is loaded only when it runs, so that one does not weigh on another. */
const benches: Record<string, () => Promise<BenchRow[]>> = {
  formats: async () => (await import('./formats.bench.ts')).benchFormats(),
  tunnel: async () => (await import('./tunnel.bench.ts')).benchTunnel(),
  start: async () => (await import('./start.bench.ts')).benchStart(),
  provider: async () => (await import('./provider.bench.ts')).benchProvider(),
  lease: async () => (await import('./lease.bench.ts')).benchLease(),
}

function asMarkdown(rows: readonly BenchRow[]): string {
  const head = '| figure | ours | peer | ratio | target | met |\n|---|---|---|---|---|---|'
  const line = (row: BenchRow) =>
    `| ${row.figure} | ${row.ours} | ${row.peer} | ${row.ratio} | ${row.target} | ${row.ok ? 'yes' : 'no'} |`
  return [head, ...rows.map(line)].join('\n')
}

const args = process.argv.slice(2)
const json = args.includes('--json')
const wanted = args.filter((arg) => !arg.startsWith('--'))
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.\n`,
  )
  process.exit(2)
}

const rows: BenchRow[] = []
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stderr.write(`bench ${name} …\n`)
  rows.push(...(await run()))
}
process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${asMarkdown(rows)}\n`)
process.exit(rows.every((row) => row.ok) ? 0 : 1)
