import { groupOf, httpPort, serviceOf, startTestNetwork, type TestNetwork } from '@sublet/provider/testing'
import { type BenchDatabase, benchDatabase } from './bench-database.ts'
import { missingDocker, plainRunMs } from './docker-command.ts'
import { benchLogThroughput } from './log-throughput.ts'
import { benchManyLeases, missingBusybox } from './many-leases.ts'
import { benchOwnLogPath } from './own-log-path.ts'
import { type BenchRow, type BenchRows, median, quantile } from './row.ts'

const rounds = 12

/** A provider by itself, with a chain, a database and an indexer's tunnel port of its own. */
export async function* benchProvider(): BenchRows {
  const database = await benchDatabase().catch((error: unknown) => error)
  if (!isDatabase(database)) {
    yield { leftOut: 'a provider by itself', because: `it needs PostgreSQL: ${String(database)}` }
    return
  }
  await using _database = database
  const noDocker = await missingDocker()
  if (noDocker === undefined) yield* besideDocker(database.url)
  else yield { leftOut: 'manifest to healthy and log streaming beside docker', because: noDocker }
  yield await benchOwnLogPath(database.url)
  const noLeases = noDocker ?? (await missingBusybox())
  if (noLeases === undefined) yield* await benchManyLeases(database.url)
  else yield { leftOut: 'many leases on one provider', because: noLeases }
}

const isDatabase = (found: unknown): found is BenchDatabase =>
  typeof found === 'object' && found !== null && 'url' in found

async function* besideDocker(databaseUrl: string): BenchRows {
  await using network = await startTestNetwork({ databaseUrl })
  const provider = await network.start({ runtime: 'docker', spareNetworks: 2 })
  yield await acceptToHealthy(network)
  await provider.stop({ keepLeases: true })
  yield await benchLogThroughput(network)
}

const ms = (value: number) => `${value.toFixed(0)} ms`

/** From a sealed manifest to a workload that answers, beside `docker run` to its first answer, in turns. */
async function acceptToHealthy({ tenant, tunnel }: TestNetwork): Promise<BenchRow> {
  const group = groupOf(
    serviceOf({
      ports: [httpPort(8080)],
      resources: { cpuMillis: 250, memoryBytes: 128 * 1024 * 1024, storageBytes: 0, volumes: [] },
      stopGraceMs: 1_000,
    }),
  )
  await tunnel()
  const ours: number[] = []
  const plain: number[] = []
  for (let round = -1; round < rounds; round += 1) {
    const bid = await tenant.order(group)
    const manifest = await tenant.manifest(bid, group)
    const startedAt = performance.now()
    const { leaseId } = await tenant.provider.createLease(manifest)
    await tenant.until(leaseId, ({ phase }) => phase === 'opening' || phase === 'active')
    const tookMs = performance.now() - startedAt
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await tenant.chain.closeLease(bid.agreement)
    await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    const plainMs = await plainRunMs()
    // The first round warms both up.
    if (round < 0) continue
    ours.push(tookMs)
    plain.push(plainMs)
  }
  const more = median(ours.map((value, index) => value - (plain[index] ?? 0)))
  return {
    figure: 'manifest accepted to workload healthy, p50 (p95)',
    ours: `${ms(median(ours))} (${ms(quantile(ours, 0.95))})`,
    peer: `${ms(median(plain))} (${ms(quantile(plain, 0.95))}) docker run`,
    ratio: `${more >= 0 ? '+' : '−'}${ms(Math.abs(more))}`,
    target: '≤ +100 ms',
    ok: more <= 100,
  }
}
