import type { Address } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Runtime } from './runtime.ts'

/** What the first lease would otherwise wait for. */
export async function warmUp(
  runtime: Runtime,
  owner: { network: string; provider: Address },
  log: Log,
): Promise<void> {
  await runtime.prepare(owner)
  if (runtime.canRun('sublet.local/hello:1')) {
    const startedAt = performance.now()
    await runtime.ensureImage('sublet.local/hello:1')
    log.debug({ ms: Math.round(performance.now() - startedAt) }, 'bundled image ready')
  }
}
