import type { Log } from '@sublet/service'
import type { Fetches } from '../fetch/fetches.ts'
import type { Instance, Owner, Runtime } from '../runtime/runtime.ts'
import type { Running } from './bring-up.ts'
import type { LeaseRecord } from './lease-record.ts'
import { inTime, patiently, type Sleep } from './patience.ts'
import { stopInstances } from './stop-instances.ts'

export interface LeaseClearingParts {
  record: () => LeaseRecord
  running: () => Running | undefined
  owner: Owner
  runtime: Runtime
  fetches: Pick<Fetches, 'release'>
  release: (leaseId: LeaseRecord['leaseId']) => void
  closeRoutes: (leaseId: LeaseRecord['leaseId']) => Promise<void>
  sleep: Sleep
  /** The lease is left as it is. */
  signal: AbortSignal
  onWait: (error: unknown) => void
  log: Log
}

/** Takes away what there is of a lease on the machine, first what runs and later what can be read. */
export interface LeaseClearing {
  /** Stops every part of the lease and gives its share of the machine back. Output can be read still. */
  stop(): Promise<void>
  /** Removes every part of the lease but kept volumes, once those who read its output are through. */
  clear(): Promise<void>
  /** See `LeaseRunner.reading`. */
  reading(through: Promise<void>): boolean
}

export function createLeaseClearing(parts: LeaseClearingParts): LeaseClearing {
  const { record, running, owner, runtime, fetches, sleep, signal, log } = parts
  const { leaseId } = record()
  const patience = { sleep, signal, onWait: parts.onWait }
  const readers = new Set<Promise<void>>()
  /** The output is gone, or about to. */
  let isCleared = false
  const mine = (): Promise<Instance[]> => runtime.list(owner, leaseId)

  return {
    async stop() {
      await running()?.settled()
      await patiently(patience, async () => {
        await parts.closeRoutes(leaseId)
        await stopInstances({
          runtime,
          instances: await mine(),
          services: record().manifest?.group.services ?? [],
          // What was never ready has nothing to save.
          letSave: record().status.phase === 'closing',
          sleep,
          log,
        })
      })
      parts.release(leaseId)
    },

    async clear() {
      await inTime(patience, Promise.all(readers), readersGraceMs)
      isCleared = true
      await patiently(patience, async () => {
        await Promise.all((await mine()).map(({ id }) => runtime.remove(id)))
        await runtime.removeLease(owner, leaseId)
        await fetches.release(leaseId)
        for (const volume of await runtime.volumes(owner)) {
          if (volume.owner.deployment === leaseId) await runtime.removeVolume(volume.name)
        }
      })
    },

    reading(through) {
      if (isCleared) return false
      const settled = through.catch(() => undefined)
      readers.add(settled)
      void settled.then(() => readers.delete(settled))
      return true
    },
  }
}

/** How long those who follow the output may take to read its rest before it is removed. */
const readersGraceMs = 5_000
