import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { promisify } from 'node:util'
import { groupOf, httpPort, serviceOf, startTestNetwork, type TestNetwork } from '@sublet/provider/testing'
import { type BenchRow, median, quantile } from './row.ts'

const image = 'sublet.local/hello:1'
const rounds = 12
/** Two hundred on a machine of their own; fewer where others work too. */
const manyLeases = Number(process.env.SUBLET_BENCH_LEASES ?? 200)

const docker = async (...args: string[]) => (await promisify(execFile)('docker', args)).stdout.trim()

/** A provider by itself, with a chain, a database and an indexer's tunnel port of its own. Needs Docker and PostgreSQL. */
export async function benchProvider(): Promise<BenchRow[]> {
  await using network = await startTestNetwork()
  const provider = await network.start({ runtime: 'docker', spareNetworks: 2 })
  const rows = [await acceptToHealthy(network), await logThroughput(network)]
  await provider.stop({ keepLeases: true })
  return [...rows, ...(await manyAtOnce())]
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
    const plainMs = await plainRun()
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

async function plainRun(): Promise<number> {
  const startedAt = performance.now()
  const id = await docker('run', '-d', '--cpus', '0.25', '--memory', '128m', '-p', '127.0.0.1::8080', image)
  const port = Number((await docker('port', id, '8080/tcp')).split(':').at(-1))
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 2))
  const tookMs = performance.now() - startedAt
  await docker('rm', '-f', id)
  return tookMs
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume()
      response.once('end', () => resolve(true))
    })
    outgoing.once('error', () => resolve(false))
    outgoing.end()
  })
}

const logMegabytes = 9

/** What a job wrote, read back through the tunnel, opened, line by line, beside `docker logs` of the same container. */
async function logThroughput({ tenant }: TestNetwork): Promise<BenchRow> {
  const source = `const line = "x".repeat(199) + "\\n"; const piece = line.repeat(500); let left = ${logMegabytes * 10}; const more = () => { while (left-- > 0) if (!process.stdout.write(piece)) return process.stdout.once("drain", more); setInterval(() => {}, 1000) }; more()`
  const group = groupOf(serviceOf({ command: ['/usr/local/bin/node'], args: ['-e', source], stopGraceMs: 0 }))
  const bid = await tenant.order(group)
  const { leaseId } = await tenant.provider.createLease(await tenant.manifest(bid, group))
  await tenant.until(leaseId, ({ phase }) => phase === 'active')
  const container = await docker('ps', '-q', '--filter', `label=sublet.lease=${leaseId}`)
  await settled(container)
  const speeds: number[] = []
  const peers: number[] = []
  for (let round = 0; round < 3; round += 1) {
    let bytes = 0
    const startedAt = performance.now()
    for await (const { text } of tenant.provider.logs(leaseId)) bytes += text.length + 1
    speeds.push(bytes / 1e3 / (performance.now() - startedAt))
    const plainAt = performance.now()
    const { stdout } = await promisify(execFile)('docker', ['logs', '-t', container], { maxBuffer: 64e6 })
    peers.push(stdout.length / 1e3 / (performance.now() - plainAt))
  }
  await tenant.chain.closeLease(bid.agreement)
  await tenant.until(leaseId, ({ phase }) => phase === 'closed')
  const ours = median(speeds)
  const peer = median(peers)
  return {
    figure: 'log streaming, sealed, through the tunnel, line by line',
    ours: `${ours.toFixed(0)} MB/s`,
    peer: `${peer.toFixed(0)} MB/s docker logs`,
    ratio: `${(ours / peer).toFixed(2)}×`,
    target: '≥ 100 MB/s',
    ok: ours >= 100,
  }
}

/** Until the container has written all it will. */
async function settled(container: string): Promise<void> {
  for (let before = -1; ; ) {
    const { stdout } = await promisify(execFile)('docker', ['logs', '--tail', '100000', container], {
      maxBuffer: 64e6,
    })
    if (stdout.length === before) return
    before = stdout.length
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Many leases on one provider: what it needs for them at rest, and how fast a new start takes them over. */
async function manyAtOnce(): Promise<BenchRow[]> {
  await using network = await startTestNetwork()
  const { tenant } = network
  const config = { runtime: 'docker', spareNetworks: 4, chainPollMs: 1_000, cpuOfferPercent: 10_000 } as const
  const provider = await network.start(config)
  const group = groupOf(
    serviceOf({
      ports: [httpPort(8080)],
      resources: { cpuMillis: 200, memoryBytes: 48 * 1024 * 1024, storageBytes: 0, volumes: [] },
      stopGraceMs: 0,
    }),
  )
  const agreements = []
  for (let index = 0; index < manyLeases; index += 1) {
    const bid = await tenant.order(group, { startWithinSeconds: 600 })
    const { leaseId } = await tenant.provider.createLease(await tenant.manifest(bid, group))
    await tenant.until(leaseId, ({ phase }) => phase === 'active', 600_000)
    agreements.push(bid.agreement)
  }
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  const before = process.cpuUsage()
  const watchedMs = 10_000
  await new Promise((resolve) => setTimeout(resolve, watchedMs))
  const used = process.cpuUsage(before)
  const corePercent = ((used.user + used.system) / 1000 / watchedMs) * 100
  const memoryMb = process.memoryUsage().rss / 1e6
  await provider.stop({ keepLeases: true })

  const startedAt = performance.now()
  const again = await network.start(config)
  while ((await again.status()).leases.some(({ services }) => services[0]?.ready !== 1)) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const recoveredMs = performance.now() - startedAt
  for (const agreement of agreements) await tenant.chain.closeLease(agreement)
  while ((await again.status()).leases.length > 0) await new Promise((resolve) => setTimeout(resolve, 200))
  await again.stop({ keepLeases: false })
  return [
    {
      figure: `${manyLeases} leases: memory of the whole process, tenant and tunnel included`,
      ours: `${memoryMb.toFixed(0)} MB`,
      peer: '–',
      ratio: '–',
      target: '< 500 MB',
      ok: memoryMb < 500,
    },
    {
      figure: `${manyLeases} leases at rest: processor`,
      ours: `${corePercent.toFixed(1)} % of a core`,
      peer: '–',
      ratio: '–',
      target: '≤ 5 %',
      ok: corePercent <= 5,
    },
    {
      figure: `${manyLeases} leases taken over after a restart, all ready`,
      ours: `${(recoveredMs / 1000).toFixed(2)} s`,
      peer: '–',
      ratio: '–',
      target: '< 5 s',
      ok: recoveredMs < 5_000,
    },
  ]
}
