import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { groupOf, killableScript, serviceOf, startKillable, type TestNetwork } from '@sublet/provider/testing'
import { compiledScript } from './compiled-script.ts'
import { docker } from './docker-command.ts'
import { type BenchRow, median } from './row.ts'

/** All of it fits into the files that are kept of a log. */
const logMegabytes = 18
const rounds = 5
const mostBytes = 64e6

/**
 * What a job wrote, read back through the tunnel, opened, line by line, beside `docker logs` of the same container. The
 * provider is a process of its own, as it is everywhere; the indexer's end of the tunnel and the tenant are this one.
 */
export async function benchLogThroughput(network: TestNetwork): Promise<BenchRow> {
  const { tenant } = network
  const source = `const line = "x".repeat(199) + "\\n"; const piece = line.repeat(500); let left = ${logMegabytes * 10}; const more = () => { while (left-- > 0) if (!process.stdout.write(piece)) return process.stdout.once("drain", more); setInterval(() => {}, 1000) }; more()`
  const program = await compiledScript(killableScript)
  const provider = await startKillable(network, { runtime: 'docker', spareNetworks: 0 }, { program })
  try {
    const group = groupOf(
      serviceOf({ command: ['/usr/local/bin/node'], args: ['-e', source], stopGraceMs: 0 }),
    )
    const bid = await tenant.order(group)
    const { leaseId } = await tenant.provider.createLease(await tenant.manifest(bid, group))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    const container = await docker('ps', '-q', '--filter', `label=sublet.lease=${leaseId}`)
    await settled(container)
    const speeds: number[] = []
    const peers: number[] = []
    // The first round warms both up.
    for (let round = -1; round < rounds; round += 1) {
      let bytes = 0
      const startedAt = performance.now()
      for await (const some of tenant.provider.logBatches(leaseId)) {
        for (const { text } of some) bytes += text.length + 1
      }
      const speed = bytes / 1e3 / (performance.now() - startedAt)
      const plainAt = performance.now()
      const stdout = await plainLogs(container)
      if (round < 0) continue
      speeds.push(speed)
      peers.push(stdout.length / 1e3 / (performance.now() - plainAt))
    }
    await tenant.chain.closeLease(bid.agreement)
    await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    return rowOf(median(speeds), median(peers))
  } finally {
    await provider.kill()
  }
}

function rowOf(ours: number, peer: number): BenchRow {
  return {
    figure: 'log streaming, sealed, through the tunnel, line by line',
    ours: `${ours.toFixed(0)} MB/s`,
    peer: `${peer.toFixed(0)} MB/s docker logs`,
    ratio: `${(ours / peer).toFixed(2)}×`,
    target: '≥ 100 MB/s',
    ok: ours >= 100,
  }
}

async function plainLogs(container: string): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', ['logs', '-t', container], { maxBuffer: mostBytes })
  return stdout
}

/** Until the container has written all it will. */
async function settled(container: string): Promise<void> {
  for (let before = -1; ; ) {
    const { length } = await plainLogs(container)
    if (length === before) return
    before = length
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
