import { spawnSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { temporaryDir } from '@sublet/testing/sublet-process'
import { type BenchRow, type BenchRows, median } from './row.ts'
import { runNetwork } from './running-network.ts'

const commandRuns = 11
const coldRuns = 3
const warmRuns = 5
const mebibyte = 1024 ** 2
const restMs = 10_000
const bin = fileURLToPath(new URL('../../packages/cli/bin/sublet.js', import.meta.url))
const example = fileURLToPath(new URL('../../examples/hello.yaml', import.meta.url))
const builtConsole = fileURLToPath(new URL('../../packages/console/dist', import.meta.url))

/**
 * A command from its start to its answer, as every command has to be read first, beside a program that does nothing.
 * `npm start` to the first URL: cold as right after `npm ci`, with an empty data folder and the console's page not yet built; warm
 * with a folder that has run before.
 */
export async function* benchStart(): BenchRows {
  yield commandRow()
  const cold: number[] = []
  const warm: number[] = []
  const resident: number[] = []
  for (let run = 0; run < coldRuns; run++) {
    await using dir = await temporaryDir()
    await rm(builtConsole, { recursive: true, force: true })
    const first = await runNetwork(dir.path)
    cold.push(first.startedInMs)
    await first.stop()
    if (run > 0) continue
    for (let again = 0; again < warmRuns; again++) {
      const next = await runNetwork(dir.path)
      warm.push(next.startedInMs)
      if (again === 0) {
        await new Promise((resolve) => setTimeout(resolve, restMs))
        resident.push(await next.residentBytes())
      }
      await next.stop()
    }
  }
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const residentMib = median(resident) / mebibyte
  yield* [
    row('start to first URL, cold', seconds(median(cold)), '≤ 12 s', median(cold) <= 12_000),
    row('start to first URL, warm', seconds(median(warm)), '≤ 6 s', median(warm) <= 6_000),
    row('the process at rest', `${Math.round(residentMib)} MiB`, '< 400 MB', median(resident) < 400e6),
  ]
}

function commandRow(): BenchRow {
  const ours: number[] = []
  const floor: number[] = []
  // The first one may have to compile.
  for (let run = 0; run <= commandRuns; run++) {
    const both = [timedMs([bin, 'validate', example]), timedMs(['-e', '0'])] as const
    if (run === 0) continue
    ours.push(both[0])
    floor.push(both[1])
  }
  const [own, least] = [median(ours), median(floor)]
  return {
    figure: 'a command, start to end (`sublet validate` of one file)',
    ours: `${own.toFixed(0)} ms`,
    peer: `node, doing nothing: ${least.toFixed(0)} ms`,
    ratio: `${(own / least).toFixed(1)}×`,
    target: '–',
    ok: true,
  }
}

function timedMs(args: readonly string[]): number {
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - startedAt
}

function row(figure: string, ours: string, target: string, ok: boolean): BenchRow {
  return { figure, ours, peer: '–', ratio: '–', target, ok }
}
