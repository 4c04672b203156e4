import {
  type Address,
  type Hex,
  isSubletError,
  type Manifest,
  type Service,
  SubletError,
  unequalSizesWords,
} from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Sleep } from '../lease/patience.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { InstanceMount, PullProgress } from '../runtime/runtime.ts'
import { downloadAll } from './download.ts'
import { createFetchStore, keyOf } from './fetch-store.ts'
import { listHttp } from './list-http.ts'
import { listHuggingFace } from './list-huggingface.ts'
import { listOllama } from './list-ollama.ts'
import { listS3 } from './list-s3.ts'
import { isKnown, type Listing, sizeOf } from './listing.ts'
import { type FetchPlaces, type FetchSource, type FetchTarget, isPublic, targetsOf } from './source.ts'

export interface FetchFor {
  leaseId: Hex
  tenant: Address
  service: Service
  replica: number
  secrets: Manifest['secrets']
  signal: AbortSignal
  onProgress?: (progress: PullProgress) => void
}

/** What workloads want fetched before they start: model weights, data sets. */
export interface Fetches {
  /**
   * Fetches everything that a service names and answers how it is mounted. What is here already is not fetched again,
   * and what a lease was given once stays the same for all its life. Throws `fetch.failed`.
   */
  prepare(what: FetchFor): Promise<InstanceMount[]>
  /** A lease needs its things no more; what others may use stays in the cache. */
  release(leaseId: Hex): Promise<void>
  clean(isLive: (leaseId: Hex) => boolean): Promise<void>
  /** What leases have so taken of the space that they rent; what several use counts for each. */
  heldBytes(): Promise<number>
}

export interface FetchesParts {
  folder: string
  outbound: Outbound
  places: FetchPlaces
  /** What the cache may hold beside what leases use. */
  cacheBytes: number
  log: Log
  now: () => number
  sleep: Sleep
}

export function createFetches(parts: FetchesParts): Fetches {
  const { outbound, places, log } = parts
  const store = createFetchStore(parts.folder, parts.now)
  /** One download of an entry at a time, whoever wants it. */
  const running = new Map<string, Promise<unknown>>()

  function list(source: FetchSource, signal: AbortSignal): Promise<Listing> {
    if (source.kind === 's3') return listS3(source, outbound, signal)
    if (source.kind === 'huggingface') return listHuggingFace(source, places, outbound, signal)
    if (source.kind === 'ollama') return listOllama(source, places, outbound, signal)
    return listHttp(source, outbound, signal)
  }

  /** The entry with everything of a target in it. */
  async function entryFor(target: FetchTarget, what: FetchFor, pin: string): Promise<string> {
    const { leaseId, service, signal } = what
    const known = await store.pinned(leaseId, pin)
    if (known !== undefined) return known
    const listings = await Promise.all(target.sources.map((source) => list(source, signal)))
    const files = [...new Map(listings.flatMap((one) => one.files.map((file) => [file.path, file]))).values()]
    checkSize(
      service,
      target,
      files.reduce((sum, file) => sum + (sizeOf(file) ?? 0), 0),
    )
    const versions = files.map((file) =>
      isKnown(file)
        ? [file.path, Buffer.from(file.content).toString('base64')]
        : [file.path, file.sizeBytes, file.digest?.hex, file.etag],
    )
    // Where the source cannot tell one version from another, every lease fetches its own.
    const canTell = files.every((file) => isKnown(file) || (file.digest ?? file.etag) !== undefined)
    const key = keyOf([
      listings.map(({ identity }) => identity),
      versions,
      isPublic(target) ? null : what.tenant,
      canTell ? null : leaseId,
    ])
    await store.pin(leaseId, pin, key)
    while (!(await store.isComplete(key))) {
      const other = running.get(key)
      if (other !== undefined) {
        await other.catch(() => undefined)
        signal.throwIfAborted()
        continue
      }
      const download = fill(key, target, files, what).finally(() => running.delete(key))
      running.set(key, download)
      await download
    }
    await store.complete(key)
    return key
  }

  async function fill(
    key: string,
    target: FetchTarget,
    files: Listing['files'],
    what: FetchFor,
  ): Promise<void> {
    const { service, signal, onProgress } = what
    const totalBytes = files.reduce((sum, file) => sum + (sizeOf(file) ?? 0), 0)
    let doneBytes = 0
    const message = target.sources.map(({ source }) => source).join(', ')
    await downloadAll(files, store.filesOf(key), {
      signal,
      sleep: parts.sleep,
      onBytes(bytes) {
        doneBytes += bytes
        checkSize(service, target, doneBytes)
        onProgress?.({ doneBytes, totalBytes: Math.max(totalBytes, doneBytes), message })
      },
    })
    await store.complete(key)
    log.info({ key, files: files.length, bytes: doneBytes, source: message }, 'fetched')
  }

  async function prepareTarget(target: FetchTarget, what: FetchFor): Promise<InstanceMount> {
    const { leaseId, service, replica } = what
    const place = [service.name, target.readOnly ? 0 : replica, target.path, service.fetches]
    const pin = keyOf(place)
    try {
      const key = await entryFor(target, what, pin)
      const source = target.readOnly ? store.filesOf(key) : await store.copyFor(leaseId, pin, key)
      return { kind: 'folder', source, path: target.path, readOnly: target.readOnly }
    } catch (error) {
      what.signal.throwIfAborted()
      if (isSubletError(error)) throw error
      const names = target.sources.map(({ source }) => source).join(', ')
      throw new SubletError('fetch.failed', `${names} cannot be fetched: ${wordsOf(error)}.`, {
        cause: error,
      })
    }
  }

  return {
    async prepare(what) {
      const mounts: InstanceMount[] = []
      for (const target of targetsOf(what.service, what.secrets))
        mounts.push(await prepareTarget(target, what))
      return mounts
    },
    release: (leaseId) => store.release(leaseId),
    heldBytes: store.usedBytes,
    async clean(isLive) {
      const removed = await store.clean(isLive, parts.cacheBytes)
      for (const { name, sizeBytes } of removed) log.info({ key: name, sizeBytes }, 'removed from the cache')
    },
  }
}

/** What is fetched counts as the service's own storage, which it pays for. */
function checkSize(service: Service, { path }: FetchTarget, bytes: number): void {
  const { storageBytes } = service.resources
  if (bytes <= storageBytes) return
  const [storage, taken] = unequalSizesWords(storageBytes, bytes)
  throw new SubletError(
    'fetch.failed',
    `What ${service.name} wants at ${path} takes more than its ${storage} of storage (${taken}).`,
    { hint: 'Ask for more storage, or name only the files that are needed.' },
  )
}

function wordsOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ENOSPC') return 'the provider’s disk is full'
  return message?.split('\n')[0]?.slice(0, 200) ?? 'something failed on the provider'
}
