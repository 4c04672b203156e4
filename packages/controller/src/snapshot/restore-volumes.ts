import { type Address, type Group, type Hex, instantWords, sizeWords } from '@sublet/protocol'
import type { OpenProvider } from '@sublet/sdk'
import type { Log } from '@sublet/service'
import { planRestores } from './plan-restores.ts'
import type { Snapshots } from './snapshots.ts'

export interface RestoreWish {
  deployment: string
  group: Group
  /** Who is to have the volumes. */
  provider: Address
  relayUrl: string
  signal: AbortSignal
  say: (message: string) => void
}

/**
 * Gives a provider the deployment's volumes out of their last snapshots, before a lease starts there. Resolves when all are
 * there. Throws `snapshot.failed`: a workload must not start on an empty volume that was thought to be full.
 */
export type RestoreVolumes = (wish: RestoreWish) => Promise<void>

export function createRestoreVolumes(parts: {
  snapshots: Snapshots
  openProvider: OpenProvider
  /** What the wallet's snapshots are encrypted under. */
  encryptionKey: () => Promise<Hex>
  log: Log
}): RestoreVolumes {
  const { snapshots, openProvider, encryptionKey, log } = parts
  return async ({ deployment, group, provider, relayUrl, signal, say }) => {
    const taken = await snapshots.of(deployment)
    if (taken.length === 0) return
    const client = await openProvider({ provider, relayUrl })
    const plan = planRestores(deployment, group, taken, await client.volumes({ signal }))
    for (const { volume, place, takenAtMs } of plan) {
      const from = instantWords(takenAtMs)
      const request = {
        from: place,
        encryptionKey: await encryptionKey(),
        deployment,
        volume,
        replace: false,
      }
      for await (const { archiveBytes } of client.restoreVolume(request, { signal })) {
        say(`Restoring ${volume} at ${provider} from its snapshot of ${from}: ${sizeWords(archiveBytes)}.`)
      }
      log.info({ deployment, volume, provider, takenAtMs }, 'a volume was restored for a new lease')
    }
  }
}
