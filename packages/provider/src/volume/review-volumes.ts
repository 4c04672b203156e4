import type { Address } from '@sublet/protocol'
import type { StoredVolume } from '../runtime/runtime.ts'

export interface LiveLease {
  leaseId: string
  tenant: Address
  deployment: string
}

export interface VolumeReview {
  inUse: StoredVolume[]
  /** Kept for a next lease, and until when. */
  kept: { volume: StoredVolume; untilMs: number }[]
  /** Nobody's any more. */
  remove: StoredVolume[]
}

/** Volumes of a single lease bear its id in the place of the deployment's name. */
const leaseIdShape = /^0x[0-9a-f]{64}$/

/**
 * What becomes of each volume: in use while a lease of its tenant's deployment lives, then kept for the retention time since it
 * was last seen in use. Those of a single lease go with it.
 *
 * @param usedAtMs when a volume was last seen in use, by name; one never seen counts from now.
 */
export function reviewVolumes(
  volumes: readonly StoredVolume[],
  live: readonly LiveLease[],
  usedAtMs: ReadonlyMap<string, number>,
  { nowMs, retentionMs }: { nowMs: number; retentionMs: number },
): VolumeReview {
  const review: VolumeReview = { inUse: [], kept: [], remove: [] }
  for (const volume of volumes) {
    const { tenant, deployment } = volume.owner
    const isUsed = live.some(
      (lease) => lease.leaseId === deployment || (lease.tenant === tenant && lease.deployment === deployment),
    )
    const untilMs = (usedAtMs.get(volume.name) ?? nowMs) + retentionMs
    if (isUsed) review.inUse.push(volume)
    else if (leaseIdShape.test(deployment) || untilMs <= nowMs) review.remove.push(volume)
    else review.kept.push({ volume, untilMs })
  }
  return review
}
