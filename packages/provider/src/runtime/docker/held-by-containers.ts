import type Docker from 'dockerode'
import type { DiskHeld, Owner } from '../runtime.ts'
import { ownerFilter } from './labels.ts'
import type { LayerLimits } from './layer-limits.ts'

/** What an owner's containers have written beside their volumes. */
export async function heldByContainers(
  docker: Docker,
  layers: Pick<LayerLimits, 'usedBytes'>,
  owner: Owner,
): Promise<DiskHeld[]> {
  // Where each layer is a disk of its own, that is asked: the engine would have to walk through every file.
  const size = layers.usedBytes === undefined
  const found = await docker.listContainers({ all: true, size, filters: ownerFilter(owner) })
  const held =
    (await layers.usedBytes?.(found.map(({ Id }) => Id))) ??
    found.map((one) => (one as { SizeRw?: number }).SizeRw ?? 0)
  return held.map((heldBytes) => ({ class: 'default', heldBytes }))
}
