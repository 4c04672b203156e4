import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { TestNetwork } from '@sublet/provider/testing'
import { startCompiled } from './compiled-provider.ts'
import { docker } from './docker-command.ts'
import { rentLog } from './rented-log.ts'
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
  const source = `const line = "x".repeat(199) + "\\n"; const piece = line.repeat(500); let left = ${logMegabytes * 10}; const more = () => { while (left-- > 0) if (!process.stdout.write(piece)) return process.stdout.once("drain", more); setInterval(() => {}, 1000) }; more()`
  const provider = await startCompiled(network, { runtime: 'docker', spareNetworks: 0 })
  try {
    const lease = await rentLog(network.tenant, { command: ['/usr/local/bin/node'], args: ['-e', source] })
    const container = await docker('ps', '-q', '--filter', `label=sublet.lease=${lease.leaseId}`)
    await settled(container)
    const speeds: number[] = []
    const peers: number[] = []
    // The first round warms both up.
    for (let round = -1; round < rounds; round += 1) {
      const speed = await lease.readSpeed()
      const plainAt = performance.now()
      const stdout = await plainLogs(container)
      if (round < 0) continue
      speeds.push(speed)
      peers.push(stdout.length / 1e3 / (performance.now() - plainAt))
    }
    await lease.close()
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
