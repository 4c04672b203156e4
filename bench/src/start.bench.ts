import { type BenchRow, median } from './row.ts'
import { freeBasePort, runNetwork, withTemporaryDir } from './running-network.ts'

const coldRuns = 3
const warmRuns = 5
const mebibyte = 1024 ** 2
const restMs = 10_000

/** `npm start` to the first URL: cold with an empty data folder, warm with one that has run before. */
export async function benchStart(): Promise<BenchRow[]> {
  const args = ['--deploy', 'examples/hello.yaml']
  const cold: number[] = []
  const warm: number[] = []
  const resident: number[] = []
  for (let run = 0; run < coldRuns; run++) {
    await withTemporaryDir(async (dir) => {
      const first = await runNetwork(dir, await freeBasePort(), args)
      cold.push(first.startedInMs)
      await first.stop()
      if (run > 0) return
      for (let again = 0; again < warmRuns; again++) {
        const next = await runNetwork(dir, await freeBasePort(), args)
        warm.push(next.startedInMs)
        if (again === 0) {
          await new Promise((resolve) => setTimeout(resolve, restMs))
          resident.push(await next.residentBytes())
        }
        await next.stop()
      }
    })
  }
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const residentMib = median(resident) / mebibyte
  return [
    row('start to first URL, cold', seconds(median(cold)), '≤ 12 s', median(cold) <= 12_000),
    row('start to first URL, warm', seconds(median(warm)), '≤ 6 s', median(warm) <= 6_000),
    row('the process at rest', `${Math.round(residentMib)} MiB`, '< 400 MB', median(resident) < 400e6),
  ]
}

function row(figure: string, ours: string, target: string, ok: boolean): BenchRow {
  return { figure, ours, peer: '–', ratio: '–', target, ok }
}
