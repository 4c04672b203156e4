import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'
import { busAddressOf } from '../../inventory/device.ts'
import type { GpuNodes } from './container-spec.ts'

/** Where the kernel shows its devices, and their files. */
const linux = { sysfs: '/sys', dev: '/dev' }

/**
 * The device files of AMD's and Intel's cards among the given ones; numbers of render nodes may change with every start
 * of the machine, so they are looked up each time by the card's place on the bus. Compute on AMD goes through `/dev/kfd`
 * too, which all cards share: the kernel lets a container use only those whose render node it was given. Throws
 * `runtime.failed` when a card is gone.
 */
export async function findGpuNodes(gpuIds: readonly string[], { sysfs, dev } = linux): Promise<GpuNodes> {
  const paths: string[] = []
  for (const id of gpuIds) {
    const address = busAddressOf(id)
    if (address === undefined) continue
    const files = await readdir(join(sysfs, 'bus/pci/devices', address, 'drm')).catch(() => [])
    const render = files.find((name) => /^renderD\d+$/.test(name))
    if (render === undefined) {
      throw new SubletError('runtime.failed', `The GPU ${id} has no render node.`, {
        hint: 'The card fell off the bus or its driver is not loaded; look at the kernel’s log.',
      })
    }
    paths.push(join(dev, 'dri', render))
    if (id.startsWith('amd-')) paths.unshift(join(dev, 'kfd'))
  }
  const unique = [...new Set(paths)]
  const groups = await Promise.all(unique.map(async (path) => (await stat(path)).gid))
  return { paths: unique, groups: [...new Set(groups)].filter((group) => group !== 0).sort((a, b) => a - b) }
}
