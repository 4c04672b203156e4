import type Docker from 'dockerode'
import type { DiskHeld, Owner } from '../runtime.ts'
import { statusOf } from './docker-error.ts'
import { ownerFilter } from './labels.ts'
import type { LayerLimits } from './layer-limits.ts'

/** What an owner's containers have written beside their volumes. */
export async function heldByContainers(
  docker: Docker,
  layers: Pick<LayerLimits, 'usedBytes'>,
  owner: Owner,
): Promise<DiskHeld[]> {
  const { usedBytes } = layers
  // Where each layer is a disk of its own, that is asked: the engine would have to walk through every file.
  const size = usedBytes === undefined
  const found = await docker.listContainers({ all: true, size, filters: ownerFilter(owner) })
  const held = found.map(async ({ Id, ...one }) => {
    const heldBytes = size ? (one as { SizeRw?: number }).SizeRw : await unlessGone(usedBytes?.(Id))
    return { class: 'default', heldBytes: heldBytes ?? 0 }
  })
  return await Promise.all(held)
}

async function unlessGone<T>(asked: Promise<T> | undefined): Promise<T | undefined> {
  return await asked?.catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw error
  })
}
