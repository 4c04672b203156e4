import {
  type Address,
  isSubletError,
  type KeptVolume,
  type RestoreRequest,
  type SnapshotPlace,
  type SnapshotRequest,
  SubletError,
  toProblem,
  type VolumeProgress,
} from '@sublet/protocol'
import { type Log, toSubletError } from '@sublet/service'
import { inTime } from '../lease/patience.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { Owner, Runtime, StoredVolume, VolumeOwner } from '../runtime/runtime.ts'
import { readS3Address } from '../s3/s3-address.ts'
import { createS3Store, type S3Store } from '../s3/s3-store.ts'
import { sleep } from '../sleep.ts'
import { type LiveLease, reviewVolumes, type VolumeReview } from './review-volumes.ts'
import { openArchive, sealArchive } from './sealed-archive.ts'
import type { VolumeUses } from './volume-uses.ts'

export interface VolumesParts {
  owner: Owner
  runtime: Pick<Runtime, 'volumes' | 'ensureVolume' | 'removeVolume' | 'packVolume' | 'unpackVolume'>
  uses: VolumeUses
  live: () => LiveLease[]
  outbound: Outbound
  /** What of the disk nobody has claimed; a restored volume may take as much until a lease says how large it is. */
  freeBytes: () => number
  /** Told which volumes wait for a next lease, each time they are looked at. */
  onKept: (kept: readonly StoredVolume[]) => void
  /** How long an unused volume is kept for a next lease, milliseconds. */
  retentionMs: number
  now: () => number
  log: Log
}

/** The volumes that outlive their leases. */
export interface Volumes {
  list(tenant: Address): Promise<KeptVolume[]>
  /** All of them, for the owner's eyes. */
  all(): Promise<(KeptVolume & { tenant: Address })[]>
  /** Throws `volume.not-found` for another tenant's, `volume.in-use` while a lease has it. */
  remove(tenant: Address, id: string): Promise<void>
  /** Writes a volume, compressed and encrypted, to the tenant's store. What runs may write meanwhile. */
  snapshot(
    tenant: Address,
    id: string,
    request: SnapshotRequest,
    signal: AbortSignal,
  ): AsyncGenerator<VolumeProgress>
  /** Makes a volume for a deployment out of a snapshot. Throws `volume.in-use` where a lease has it. */
  restore(tenant: Address, request: RestoreRequest, signal: AbortSignal): AsyncGenerator<VolumeProgress>
  /** Settles when none of a deployment's volumes is being restored. */
  settled(tenant: Address, deployment: string): Promise<void>
  /** Removes what is nobody's any more. */
  review(): Promise<void>
}

export function createVolumes(parts: VolumesParts): Volumes {
  const { owner, runtime, uses, now, log } = parts
  /** Restorations under way, by tenant and deployment. */
  const restoring = new Map<string, Promise<unknown>>()
  const busy = new Set<string>()

  async function look(): Promise<VolumeReview> {
    const [volumes, used] = await Promise.all([runtime.volumes(owner), uses.all()])
    return reviewVolumes(volumes, parts.live(), used, { nowMs: now(), retentionMs: parts.retentionMs })
  }

  async function listed(): Promise<(KeptVolume & { tenant: Address })[]> {
    const { inUse, kept } = await look()
    const told = ({ name: id, owner: of }: StoredVolume) => ({
      tenant: of.tenant,
      id,
      deployment: of.deployment,
      volume: of.name,
    })
    return [
      ...inUse.map((volume) => ({ ...told(volume), inUse: true })),
      ...kept.map(({ volume, untilMs }) => ({ ...told(volume), inUse: false, keptUntilMs: untilMs })),
    ]
      .filter(({ deployment }) => !deployment.startsWith('0x'))
      .sort((a, b) => (`${a.deployment} ${a.volume}` < `${b.deployment} ${b.volume}` ? -1 : 1))
  }

  async function find(tenant: Address, id: string): Promise<KeptVolume> {
    const found = (await listed()).find((one) => one.id === id && one.tenant === tenant)
    if (found !== undefined) return found
    throw new SubletError('volume.not-found', `There is no volume ${id} of this tenant here.`)
  }

  function storeFor(place: SnapshotPlace): S3Store {
    const { endpoint, bucket, region, credentials } = place
    const address =
      endpoint === undefined ? { source: `s3://${bucket}`, region } : { source: endpoint, bucket, region }
    const { prefix: _none, ...at } = readS3Address(address)
    return createS3Store({ ...at, credentials }, parts.outbound)
  }

  return {
    async list(tenant) {
      return (await listed()).filter((one) => one.tenant === tenant).map(({ tenant: _own, ...told }) => told)
    },
    all: listed,

    async remove(tenant, id) {
      const found = await find(tenant, id)
      if (found.inUse || busy.has(id)) throw inUse(found)
      await runtime.removeVolume(id)
      await uses.forget([id])
      log.info(
        { tenant, deployment: found.deployment, volume: found.volume },
        'a volume was freed by its tenant',
      )
    },

    async *snapshot(tenant, id, { to, encryptionKey }, signal) {
      const found = await find(tenant, id)
      const store = storeFor(to)
      busy.add(id)
      try {
        yield* told(async (count) => {
          const archive = await runtime.packVolume(id)
          try {
            await store.put(to.key, sealArchive(archive, encryptionKey, { onArchiveBytes: count.archive }), {
              signal,
              onProgress: count.storedTo,
            })
          } finally {
            archive.destroy()
          }
          log.info({ tenant, deployment: found.deployment, volume: found.volume }, 'snapshot written')
        })
      } finally {
        busy.delete(id)
      }
    },

    async *restore(tenant, { from, encryptionKey, deployment, volume, replace }, signal) {
      const group = JSON.stringify([tenant, deployment])
      const before = (await listed()).find(
        (one) => one.tenant === tenant && one.deployment === deployment && one.volume === volume,
      )
      if (before?.inUse || (before !== undefined && busy.has(before.id)) || restoring.has(group)) {
        throw inUse({ deployment, volume })
      }
      if (parts.live().some((lease) => lease.tenant === tenant && lease.deployment === deployment)) {
        throw inUse({ deployment, volume })
      }
      if (before !== undefined && !replace) {
        throw new SubletError('request.invalid', `The volume ${volume} of ${deployment} is here already.`, {
          hint: 'Restore in its place with --replace.',
        })
      }
      const store = storeFor(from)
      let finish: () => void = () => {}
      restoring.set(
        group,
        new Promise<void>((resolve) => {
          finish = resolve
        }),
      )
      try {
        yield* told(async (count) => {
          const sealed = await store.get(from.key, { from: 0 }, signal)
          if (before !== undefined) await runtime.removeVolume(before.id)
          const made: VolumeOwner = { ...owner, tenant, deployment, name: volume }
          const id = await runtime.ensureVolume(made, { sizeBytes: parts.freeBytes(), class: 'default' })
          try {
            await runtime.unpackVolume(
              id,
              openArchive(counted(sealed.body, count.stored), encryptionKey, {
                onArchiveBytes: count.archive,
              }),
            )
          } catch (error) {
            // A part of it must not be taken for the whole.
            await runtime.removeVolume(id).catch(() => undefined)
            throw error
          }
          await uses.note([id], now())
          log.info({ tenant, deployment, volume }, 'snapshot restored')
        })
      } finally {
        restoring.delete(group)
        finish()
      }
    },

    async settled(tenant, deployment) {
      await restoring.get(JSON.stringify([tenant, deployment]))
    },

    async review() {
      const { inUse: used, kept, remove } = await look()
      parts.onKept(kept.map(({ volume }) => volume))
      const known = await uses.all()
      await uses.note(
        [...used, ...kept.map(({ volume }) => volume).filter(({ name }) => !known.has(name))].map(
          ({ name }) => name,
        ),
        now(),
      )
      for (const { name, owner: of } of remove) {
        if (busy.has(name) || restoring.has(JSON.stringify([of.tenant, of.deployment]))) continue
        await runtime.removeVolume(name)
        await uses.forget([name])
        log.info(
          { tenant: of.tenant, deployment: of.deployment, volume: of.name },
          'a volume was kept long enough',
        )
      }
    },
  }
}

interface Count {
  archive: (bytes: number) => void
  stored: (bytes: number) => void
  /** All of them so far. */
  storedTo: (bytes: number) => void
}

const tellEveryMs = 500

/** Runs work and tells how far it is, now and then and at its end. */
async function* told(work: (count: Count) => Promise<void>): AsyncGenerator<VolumeProgress> {
  const progress = { archiveBytes: 0, storedBytes: 0, done: false }
  let over = false
  const running = work({
    archive: (bytes) => {
      progress.archiveBytes += bytes
    },
    stored: (bytes) => {
      progress.storedBytes += bytes
    },
    storedTo: (bytes) => {
      progress.storedBytes = bytes
    },
  }).then(
    () => undefined,
    (error: unknown) => toSubletError(error),
  )
  const ended = running.then(() => {
    over = true
  })
  while (!over) {
    await inTime({ sleep }, ended, tellEveryMs)
    if (!over) yield { ...progress }
  }
  const error = await running
  if (error === undefined) yield { ...progress, done: true }
  else {
    const problem = isSubletError(error, 'fetch.failed')
      ? new SubletError('snapshot.failed', error.message, { hint: error.hint, cause: error })
      : error
    yield { ...progress, problem: { ...toProblem(problem) } }
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, count: (bytes: number) => void) {
  for await (const chunk of chunks) {
    count(chunk.length)
    yield chunk
  }
}

function inUse({ deployment, volume }: { deployment: string; volume: string }): SubletError {
  return new SubletError('volume.in-use', `The volume ${volume} of ${deployment} is in use.`, {
    hint: 'Close the lease that uses it, or wait for what is being done with it.',
  })
}
