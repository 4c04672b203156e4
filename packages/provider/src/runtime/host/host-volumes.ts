import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import { packPath, unpackArchive } from '@sublet/service'
import type { Runtime, VolumeOwner, VolumeRoom } from '../runtime.ts'

type HostVolumes = Pick<Runtime, 'ensureVolume' | 'volumes' | 'removeVolume' | 'packVolume' | 'unpackVolume'>

/** Volumes as plain folders, each with a record of whose it is beside it. */
export function hostVolumes(volumesFolder: string): HostVolumes {
  function volumeFolder(name: string): string {
    if (/^[a-f0-9]+$/.test(name)) return join(volumesFolder, name)
    throw new SubletError('runtime.failed', `There is no volume ${name}.`)
  }

  return {
    async ensureVolume(owner, { class: storageClass, sizeBytes }) {
      const name = volumeFolderName(owner)
      const place = join(volumesFolder, name)
      await mkdir(place, { recursive: true, mode: 0o700 })
      await writeFile(
        join(volumesFolder, `${name}.json`),
        JSON.stringify({ ...owner, class: storageClass, sizeBytes }),
      )
      return name
    },

    async volumes(owner) {
      const names = (await readdir(volumesFolder).catch(() => [])).filter((name) => name.endsWith('.json'))
      const all = await Promise.all(
        names.map(async (file) => {
          const text = await readFile(join(volumesFolder, file), 'utf8')
          const record = JSON.parse(text) as VolumeOwner & Partial<VolumeRoom>
          const { class: storageClass = 'default', sizeBytes = 0, ...volumeOwner } = record
          const name = file.slice(0, -'.json'.length)
          return { name, owner: volumeOwner, class: storageClass, heldBytes: sizeBytes }
        }),
      )
      return all.filter((one) => one.owner.network === owner.network && one.owner.provider === owner.provider)
    },

    async removeVolume(name) {
      if (!/^[a-f0-9]+$/.test(name)) return
      await rm(join(volumesFolder, name), { recursive: true, force: true })
      await rm(join(volumesFolder, `${name}.json`), { force: true })
    },

    async packVolume(name) {
      return packPath({ path: volumeFolder(name), name: '' })
    },

    async unpackVolume(name, archive) {
      await unpackArchive(archive, { into: volumeFolder(name) })
    },
  }
}

function volumeFolderName({ network, provider, tenant, deployment, name }: VolumeOwner): string {
  return createHash('sha256')
    .update(JSON.stringify([network, provider, tenant, deployment, name]))
    .digest('hex')
    .slice(0, 24)
}
