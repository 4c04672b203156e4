import { type LeaseStatus, type Manifest, type Service, sizeWords } from '@sublet/protocol'
import type { Fetches } from '../fetch/fetches.ts'
import type { ImageUses } from '../image/image-uses.ts'
import type { TenantImages } from '../image/tenant-images.ts'
import { exactReference } from '../runtime/docker/image-reference.ts'
import type { InstanceMount } from '../runtime/runtime.ts'
import type { Note } from '../timeline/lease-timeline.ts'
import type { LeaseRecord } from './lease-record.ts'
import { patiently, type Sleep } from './patience.ts'

export interface SupplyParts {
  record: LeaseRecord
  manifest: Manifest
  services: readonly Service[]
  images: TenantImages
  fetches: Fetches
  imageUses: Pick<ImageUses, 'note'>
  now: () => number
  sleep: Sleep
  signal: AbortSignal
  starting: () => boolean
  announce: (patch: Partial<LeaseStatus>) => void
  note: Note
  /** Which image a reference turned out to be. */
  pulled: (reference: string, digest: string) => void
}

/** What must be on this machine before a lease's services can start: images, and what they want fetched. */
export interface Supplies {
  /** Brings everything that is known before the start. */
  all(): Promise<void>
  /** What one replica wants fetched, as it is mounted. Takes no time once it is here. */
  fetched(service: Service, replica: number): Promise<InstanceMount[]>
}

const sayEveryMs = 500

export function createSupplies(parts: SupplyParts): Supplies {
  const { record, manifest, services, images, now, sleep, signal } = parts
  let saidAtMs = 0

  function say(message: string, figures: { image?: string; doneBytes: number; totalBytes: number }): void {
    if (!parts.starting() || now() - saidAtMs < sayEveryMs) return
    saidAtMs = now()
    parts.announce({ message })
    parts.note({ reason: 'pulling', message, ...figures })
  }

  async function image(reference: string, credentials: Service['credentials']): Promise<void> {
    let pulled = false
    const taken = await patiently({ sleep, signal }, () =>
      images.ensure(reference, record.agreement.tenant, {
        signal,
        ...(credentials === undefined ? {} : { credentials }),
        onProgress: ({ doneBytes, totalBytes }) => {
          pulled = true
          say(`Pulling ${reference}: ${share(doneBytes, totalBytes)}.`, {
            image: reference,
            doneBytes,
            totalBytes,
          })
        },
      }),
    )
    await patiently({ sleep, signal }, () =>
      parts.imageUses.note(exactReference(taken.reference), { atMs: now(), pulled }),
    )
    parts.note({ reason: 'pulled', message: `${reference} is here.`, image: reference })
    if (taken.digest !== undefined) parts.pulled(reference, taken.digest)
  }

  function fetched(service: Service, replica: number): Promise<InstanceMount[]> {
    return parts.fetches.prepare({
      leaseId: record.leaseId,
      tenant: record.agreement.tenant,
      service,
      replica,
      secrets: manifest.secrets,
      signal,
      onProgress: ({ message, doneBytes, totalBytes }) =>
        say(`Fetching ${message}: ${share(doneBytes, totalBytes)}.`, { doneBytes, totalBytes }),
    })
  }

  return {
    fetched,
    async all() {
      const wanted = new Map(services.map((service) => [service.image, service.credentials]))
      // What waits for other services' results is not known yet.
      const known = services.filter(({ late, fetches }) => late === undefined && fetches.length > 0)
      await Promise.all([
        ...[...wanted].map(([reference, credentials]) => image(reference, credentials)),
        ...known.map(async (service) => {
          await fetched(service, 0)
          parts.note({
            reason: 'pulled',
            message: `What ${service.name} wants fetched is here.`,
            service: service.name,
          })
        }),
      ])
    },
  }
}

function share(doneBytes: number, totalBytes: number): string {
  return `${sizeWords(doneBytes)} of ${sizeWords(totalBytes)}`
}
