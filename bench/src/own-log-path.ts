import { groupOf, killableScript, serviceOf, startKillable, startTestNetwork } from '@sublet/provider/testing'
import { compiledScript } from './compiled-script.ts'
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
  const { tenant } = network
  const program = await compiledScript(killableScript)
  const provider = await startKillable(network, { runtime: 'host' }, { outputBytes, program })
  try {
    // One that needs no port of this machine's, which another may have.
    const idle = {
      image: 'sublet.local/host:1',
      command: [process.execPath],
      args: ['-e', 'setInterval(() => {}, 1000)'],
    }
    const leaseId = await tenant.rent(groupOf(serviceOf({ ...idle, stopGraceMs: 0 })))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    const speeds: number[] = []
    // The first round warms up.
    for (let round = -1; round < rounds; round += 1) {
      let bytes = 0
      const startedAt = performance.now()
      for await (const some of tenant.provider.logBatches(leaseId)) {
        for (const { text } of some) bytes += text.length + 1
      }
      if (round >= 0) speeds.push(bytes / 1e3 / (performance.now() - startedAt))
    }
    await tenant.provider.close(leaseId)
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
