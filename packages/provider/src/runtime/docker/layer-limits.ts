import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { DiskImages } from '../../disk/disk-images.ts'
import type { DiskMeans } from '../../disk/disk-means.ts'
import { unlessMissing } from './docker-error.ts'

/** By which means the space of services is limited, and what does it. */
export interface DiskLimiter {
  means: DiskMeans
  images: DiskImages
}

/** Limits what containers write beside their volumes, where the engine does not do so itself. */
export interface LayerLimits {
  /** Before its first start, so that nothing lies in its layer yet. Removes the container where it can't be done. */
  confine(container: Docker.Container, sizeBytes: number): Promise<void>
  /** Throws where the limit was lost with a restart of the machine, so that the container is made anew. */
  check(id: string): Promise<void>
  /**
   * What is written in the layer of each of these containers, where layers are disks of their own; 0 for one from before
   * they were, or that is gone.
   */
  usedBytes?(ids: readonly string[]): Promise<number[]>
  /** What the engine says of a container anyhow tells where its layer lies. */
  note(seen: Docker.ContainerInspectInfo): void
  forget(id: string): void
}

/**
 * Docker's overlay2 keeps a container's writable layer and its work folder in one folder, and takes away what is mounted
 * on that when the container is removed. So a disk image of the size rented can lie beneath it.
 */
export function createLayerLimits(docker: Docker, limiter: DiskLimiter | undefined): LayerLimits {
  if (limiter?.means.root !== 'image')
    return { confine: async () => {}, check: async () => {}, note: () => {}, forget: () => {} }
  const { images } = limiter
  /** Seen to be confined; asking costs a call. */
  const confined = new Set<string>()

  /** Where it lies never changes. */
  const known = new Map<string, string>()

  function note({ Id, GraphDriver }: Docker.ContainerInspectInfo): void {
    const upper = (GraphDriver?.Data as { UpperDir?: string } | null | undefined)?.UpperDir
    if (upper !== undefined) known.set(Id, dirname(upper))
  }

  async function layerOf(id: string): Promise<string> {
    if (!known.has(id)) note(await docker.getContainer(id).inspect())
    const layer = known.get(id)
    if (layer !== undefined) return layer
    throw new SubletError('runtime.failed', 'The engine does not say where the container’s files lie.')
  }

  async function usedIn(layer: string): Promise<number> {
    try {
      const { blocks, bfree, bsize } = await statfs(layer)
      return (blocks - bfree) * bsize
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw error
    }
  }

  return {
    async confine(container, sizeBytes) {
      try {
        await images.confine(await layerOf(container.id), sizeBytes)
        confined.add(container.id)
      } catch (error) {
        await container.remove({ force: true, v: true }).catch(() => undefined)
        throw error
      }
    },
    async check(id) {
      if (confined.has(id)) return
      if ((await images.confined()).has(await layerOf(id))) confined.add(id)
      else
        throw new SubletError('runtime.failed', 'The container has lost its disk.', { hint: 'Make it anew.' })
    },
    async usedBytes(ids) {
      const found = await Promise.all(
        ids.map((id) => unlessMissing('look at the container', () => layerOf(id))),
      )
      const mounted = await images.confined()
      return await Promise.all(
        found.map((layer) => (layer === undefined || !mounted.has(layer) ? 0 : usedIn(layer))),
      )
    },
    note,
    forget(id) {
      known.delete(id)
      confined.delete(id)
    },
  }
}
