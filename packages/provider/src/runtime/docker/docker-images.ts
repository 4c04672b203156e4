import { isSubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { BundledImages } from '../../image/bundled-images.ts'
import type { Runtime } from '../runtime.ts'
import { unlessMissing, withEngine } from './docker-error.ts'
import { identityOf } from './image-identity.ts'
import { exactReference } from './image-reference.ts'
import { isHolderImage } from './network-holder.ts'
import { proveImage } from './prove-image.ts'
import { pullImage } from './pull-image.ts'

type DockerImages = Pick<
  Runtime,
  'canRun' | 'images' | 'imageSizes' | 'removeImage' | 'ensureImage' | 'identifyImage' | 'proveImage'
>

/** Images of the engine's, and those that the provider brings itself. */
export function dockerImages(docker: Docker, bundled: BundledImages): DockerImages {
  /** Bytes of every image under each of its names: what was pulled by its digest has no tag. */
  async function listedImages(): Promise<Map<string, number>> {
    const images = await withEngine('list images', () => docker.listImages())
    return new Map(
      images.flatMap(({ RepoTags, RepoDigests, Size }) =>
        [...(RepoTags ?? []), ...(RepoDigests ?? [])]
          .filter((name) => !name.includes('<none>') && !isHolderImage(name))
          .map((name) => [name, Size] as const),
      ),
    )
  }

  return {
    canRun: (reference) => !bundled.has(reference) || bundled.references.includes(reference),

    images: async () => [...(await listedImages()).keys()].sort(),
    imageSizes: listedImages,

    async removeImage(reference) {
      try {
        await unlessMissing('remove the image', () => docker.getImage(exactReference(reference)).remove())
        return true
      } catch (error) {
        // A container is made of it.
        if (isSubletError(error, 'runtime.failed')) return false
        throw error
      }
    },

    async ensureImage(reference, pull = {}) {
      const image = docker.getImage(exactReference(reference))
      if ((await unlessMissing('look at the image', () => image.inspect())) !== undefined) return
      if (bundled.has(reference)) await bundled.buildInto(docker, reference)
      else await pullImage(docker, reference, pull)
    },

    async identifyImage(reference) {
      const seen = await unlessMissing('look at the image', () =>
        docker.getImage(exactReference(reference)).inspect(),
      )
      return seen === undefined ? undefined : identityOf(seen, reference)
    },

    proveImage: (reference, credentials) => proveImage(docker, reference, credentials),
  }
}
