import { access, readFile, readlink } from 'node:fs/promises'
import type { DockerConnection } from '../runtime/docker/connect-docker.ts'
import type { DiskFacts } from './disk-means.ts'
import { type Mount, mountOf, mountsIn } from './mount-table.ts'

const tools = ['mkfs.ext4', 'e2fsck', 'resize2fs', 'mount', 'umount', 'losetup']
const toolFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** What decides by which means the space of services can be limited on this machine. */
export async function lookAtDisks(
  { docker, name, sharesFiles }: Pick<DockerConnection, 'docker' | 'name' | 'sharesFiles'>,
  platform: NodeJS.Platform,
): Promise<DiskFacts> {
  const info = (await docker.info()) as {
    Driver?: string
    DockerRootDir?: string
    SecurityOptions?: string[]
  }
  const isRootless = (info.SecurityOptions ?? []).some((option) => option.includes('rootless'))
  const [missing, hasLoopDevices, ownNamespace, firstNamespace, mounts] = await Promise.all([
    Promise.all(tools.map(async (tool) => ((await isProgram(tool)) ? [] : [tool]))),
    exists('/dev/loop-control'),
    readlink('/proc/self/ns/mnt').catch(() => undefined),
    readlink('/proc/1/ns/mnt').catch(() => undefined),
    readFile('/proc/self/mountinfo', 'utf8').catch(() => ''),
  ])
  const under: Mount | undefined =
    info.DockerRootDir === undefined ? undefined : mountOf(mountsIn(mounts), info.DockerRootDir)
  return {
    platform,
    isRoot: process.getuid?.() === 0,
    sharesMounts:
      sharesFiles && !isRootless && (firstNamespace === undefined || firstNamespace === ownNamespace),
    missingTools: missing.flat(),
    hasLoopDevices,
    engine: name,
    storageDriver: info.Driver ?? '',
    fileSystem: under?.fileSystem ?? '',
    mountOptions: under?.options ?? [],
  }
}

async function isProgram(name: string): Promise<boolean> {
  const found = await Promise.all(toolFolders.map((folder) => exists(`${folder}/${name}`)))
  return found.some(Boolean)
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}
