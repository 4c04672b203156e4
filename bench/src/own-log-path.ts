import { startTestNetwork } from '@sublet/provider/testing'
import { startCompiled } from './compiled-provider.ts'
import { rentLog } from './rented-log.ts'
import { type BenchRow, median } from './row.ts'

const outputBytes = 200_000_000
const rounds = 5

/**
 * The log path without an engine: output that is there as fast as it is read, in the engine's own format, through the
 * provider's parser, its sealed answer, the tunnel and the SDK, to lines of text. The provider is a process of its own,
 * the indexer's end of the tunnel and the tenant are this one.
 */
export async function benchOwnLogPath(databaseUrl: string): Promise<BenchRow> {
  await using network = await startTestNetwork({ databaseUrl })
  const provider = await startCompiled(network, { runtime: 'host' }, { outputBytes })
  try {
    // One that needs no port of this machine's, which another may have.
    const lease = await rentLog(network.tenant, {
      image: 'sublet.local/host:1',
      command: [process.execPath],
      args: ['-e', 'setInterval(() => {}, 1000)'],
    })
    const speeds: number[] = []
    // The first round warms up.
    for (let round = -1; round < rounds; round += 1) {
      const speed = await lease.readSpeed()
      if (round >= 0) speeds.push(speed)
    }
    await lease.close()
    const ours = median(speeds)
    return {
      figure: 'log streaming, our part alone: a source without an engine',
      ours: `${ours.toFixed(0)} MB/s`,
      peer: '–',
      ratio: '–',
      target: '≥ 100 MB/s',
      ok: ours >= 100,
    }
  } finally {
    await provider.kill()
  }
}
