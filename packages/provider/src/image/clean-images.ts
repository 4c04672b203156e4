import { statfs } from 'node:fs/promises'
import { canonicalImage } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import { type CachedItem, leastUsed, overHighWater } from '../cache/least-used.ts'
import type { LeaseRecord } from '../lease/lease-record.ts'
import { byDigest, exactReference } from '../runtime/docker/image-reference.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { ImageUses } from './image-uses.ts'

export interface CleanImagesParts {
  runtime: Pick<Runtime, 'imageSizes' | 'removeImage'>
  uses: Pick<ImageUses, 'all' | 'forget'>
  /** References that live leases need. */
  inUse: () => ReadonlySet<string>
  disk: () => Promise<{ totalBytes: number; freeBytes: number }>
  marks: { highPercent: number; lowPercent: number }
  log: Log
}

/**
 * Where the disk is fuller than its high-water mark, removes pulled images that were not needed for longest, down to the
 * low one. Images share layers, so less may come free than their sizes say; the next look sees what is left to do.
 */
export async function cleanImages(parts: CleanImagesParts): Promise<void> {
  const { runtime, uses, log } = parts
  const toFreeBytes = overHighWater(await parts.disk(), parts.marks)
  if (toFreeBytes === 0) return
  const [used, sizes] = await Promise.all([uses.all(), runtime.imageSizes()])
  // Tenants and engines write one image in several ways.
  const sizeOf = new Map([...sizes].map(([name, sizeBytes]) => [canonicalImage(name), sizeBytes]))
  const isInUse = (name: string) =>
    [...parts.inUse()].some((one) => canonicalImage(one) === canonicalImage(name))
  const items: CachedItem[] = []
  for (const [name, usedAtMs] of used) {
    const sizeBytes = sizeOf.get(canonicalImage(name))
    // Removed by somebody's hand.
    if (sizeBytes === undefined) await uses.forget(name)
    else items.push({ name, sizeBytes, usedAtMs, inUse: isInUse(name) })
  }
  for (const { name, sizeBytes } of leastUsed(items, toFreeBytes)) {
    // A lease may have come for it meanwhile.
    if (isInUse(name) || !(await runtime.removeImage(name))) continue
    await uses.forget(name)
    log.info(
      { image: name, sizeBytes },
      'an image was removed, as the disk is full and nobody needed it for longest',
    )
  }
}

export async function diskOf(folder: string): Promise<{ totalBytes: number; freeBytes: number }> {
  const { blocks, bavail, bsize } = await statfs(folder)
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}

/** References that leases need: of tags those too that their registries mean by them. */
export function imagesOf(records: readonly Pick<LeaseRecord, 'manifest' | 'status'>[]): Set<string> {
  return new Set(
    records.flatMap(({ manifest, status }) =>
      (manifest?.group.services ?? []).flatMap(({ name, image }) => {
        const digest = status.services.find((service) => service.name === name)?.digest
        return [exactReference(image), ...(digest === undefined ? [] : [byDigest(image, digest)])]
      }),
    ),
  )
}
