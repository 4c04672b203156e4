import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import tar from 'tar-stream'
import type { DiskImages } from '../../disk/disk-images.ts'
import type { DiskHeld, Owner, Runtime, StoredVolume } from '../runtime.ts'
import { unlessMissing, withEngine } from './docker-error.ts'
import { dockerFiles } from './docker-files.ts'
import { label, ownerFilter, volumeLabels, volumeOwnerOf } from './labels.ts'
import { volumeNameOf } from './volume-name.ts'

/** An image with nothing in it, so that a volume can be reached by a container that never runs. */
const emptyImage = 'sublet.local/empty:1'
const place = '/volume'

type DockerVolumes = Pick<
  Runtime,
  'ensureVolume' | 'volumes' | 'removeVolume' | 'packVolume' | 'unpackVolume'
> & {
  /** What volumes have taken, of those in images. */
  held(owner: Owner): Promise<DiskHeld[]>
  /** Removes what crashes left of volumes. */
  tidy(): Promise<void>
  /** Unmounts what nobody uses. */
  letGo(): Promise<void>
}

/**
 * Volumes of the engine's, which know whose they are. Their files lie in a disk image each where the machine can do
 * that, else in the engine's own folder. Their content goes by the engine's archive API: it works on a container that
 * was made and never started.
 */
export function dockerVolumes(docker: Docker, images: DiskImages | undefined): DockerVolumes {
  /** Mounted now, if it is one in an image: after a restart of the machine nobody else does it. */
  async function mounted(name: string): Promise<void> {
    if (images !== undefined && (await images.usedBytes(name)) !== undefined) await images.open(name)
  }

  async function holderOf(volume: string): Promise<Docker.Container> {
    await mounted(volume)
    const image = docker.getImage(emptyImage)
    if ((await unlessMissing('look at the image', () => image.inspect())) === undefined)
      await importEmpty(docker)
    return await docker.createContainer({
      name: `sublet-volume-${randomBytes(6).toString('hex')}`,
      Image: emptyImage,
      Cmd: ['none'],
      Labels: { 'sublet.holder': volume },
      NetworkDisabled: true,
      HostConfig: { Mounts: [{ Type: 'volume', Source: volume, Target: place }] },
    })
  }
  const files = dockerFiles(docker)

  async function volumes(owner: Owner): Promise<StoredVolume[]> {
    const { Volumes } = await withEngine('list volumes', () =>
      docker.listVolumes({ filters: JSON.stringify(ownerFilter(owner)) }),
    )
    const found = (Volumes ?? []).map(async ({ Name: name, Labels }) => {
      const volumeOwner = volumeOwnerOf(Labels ?? {})
      if (volumeOwner === undefined) return []
      const held = (await images?.usedBytes(name)) ?? Number(Labels?.[label.size] ?? 0)
      return [{ name, owner: volumeOwner, class: Labels?.[label.class] ?? 'default', heldBytes: held }]
    })
    return (await Promise.all(found)).flat()
  }

  return {
    async ensureVolume(owner, room) {
      const name = volumeNameOf(owner)
      return await withEngine('make the volume', async () => {
        const before = await unlessMissing('look at the volume', () => docker.getVolume(name).inspect())
        // One from before there were images stays as it is.
        const device =
          images === undefined || (before !== undefined && (await images.usedBytes(name)) === undefined)
            ? undefined
            : await images.open(name, room)
        if (before !== undefined) return name
        await docker.createVolume({
          Name: name,
          Driver: 'local',
          Labels: volumeLabels(owner, room),
          ...(device === undefined ? {} : { DriverOpts: { type: 'none', o: 'bind', device } }),
        })
        return name
      })
    },

    volumes,

    async held(owner) {
      if (images === undefined) return []
      const found = (await volumes(owner)).map(async (one) =>
        (await images.usedBytes(one.name)) === undefined
          ? []
          : [{ class: one.class, heldBytes: one.heldBytes }],
      )
      return (await Promise.all(found)).flat()
    },

    async removeVolume(name) {
      // First, for it refuses while a container has it.
      await unlessMissing('remove the volume', () => docker.getVolume(name).remove())
      await images?.remove(name)
    },

    async tidy() {
      if (images === undefined) return
      // Everybody's: another network's volumes may lie here too.
      const { Volumes } = await withEngine('list volumes', () => docker.listVolumes())
      const there = new Set((Volumes ?? []).map(({ Name }) => Name))
      await images.sweep((name) => there.has(name))
    },

    letGo: async () => images?.close(),

    async packVolume(name) {
      const holder = await withEngine('look into the volume', () => holderOf(name))
      const remove = () => void holder.remove({ force: true }).catch(() => undefined)
      try {
        const archive = await files.packFiles(holder.id, `${place}/.`)
        archive.once('close', remove)
        return archive
      } catch (error) {
        remove()
        throw error
      }
    },
    async unpackVolume(name, archive: Readable) {
      const holder = await withEngine('look into the volume', () => holderOf(name))
      try {
        await files.unpackFiles(holder.id, place, archive)
      } finally {
        await holder.remove({ force: true }).catch(() => undefined)
      }
    },
  }
}

async function importEmpty(docker: Docker): Promise<void> {
  const pack = tar.pack()
  pack.entry({ name: 'volume', type: 'directory' })
  pack.finalize()
  const answer = await docker.importImage(pack as unknown as NodeJS.ReadableStream, { repo: emptyImage })
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(answer, (error: Error | null) => (error ? reject(error) : resolve()))
  })
}
