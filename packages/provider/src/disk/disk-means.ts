/** By which means the space that a service has rented is also the most that it can write. */
export interface DiskMeans {
  /** The container's own space: the engine's quota, a disk image beneath its writable layer, or nothing. */
  root: 'quota' | 'image' | 'none'
  /** Volumes: a disk image each, or nothing. */
  volumes: 'image' | 'none'
  /** What stands in the way of more, and what to do about it. */
  lack?: { what: string; cure: string }
}

export interface DiskFacts {
  platform: NodeJS.Platform
  /** May mount. */
  isRoot: boolean
  /** What is mounted here, the engine sees too. */
  sharesMounts: boolean
  /** Programs that images are made with and that are missing here. */
  missingTools: readonly string[]
  /** The kernel can mount images. */
  hasLoopDevices: boolean
  engine: 'docker' | 'podman'
  /** As the engine names it: `overlay2`, `btrfs`, `zfs`, … */
  storageDriver: string
  /** What the engine's folder lies on, such as `xfs`, and how it is mounted. */
  fileSystem: string
  mountOptions: readonly string[]
}

/** What an ask says of it. */
export type DiskLimits = 'all' | 'volumes' | 'none'

/** Drivers that limit a container's own space by themselves. */
const driversWithQuota = new Set(['btrfs', 'zfs'])
const overlayDrivers = new Set(['overlay', 'overlay2'])
const quotaOptions = new Set(['prjquota', 'pquota'])

/** Chooses the means for this machine: the engine's own quota where its file system has one, images elsewhere. */
export function diskMeansOf(facts: DiskFacts): DiskMeans {
  const obstacle = imageObstacle(facts)
  const volumes = obstacle === undefined ? 'image' : 'none'
  const lack = obstacle === undefined ? {} : { lack: obstacle }
  if (engineHasQuota(facts)) return { root: 'quota', volumes, ...lack }
  // Only of Docker's overlay2 it is known that a layer may be a mount of its own, and that it takes it away again.
  if (volumes === 'image' && facts.engine === 'docker' && facts.storageDriver === 'overlay2') {
    return { root: 'image', volumes }
  }
  return {
    root: 'none',
    volumes,
    lack: obstacle ?? {
      what: `A container’s own space cannot be limited with ${facts.engine}’s storage driver ${facts.storageDriver} on ${facts.fileSystem}.`,
      cure: 'Put the engine’s folder on XFS mounted with the option pquota, or use Docker with overlay2.',
    },
  }
}

export function diskLimitsOf({ root, volumes }: Pick<DiskMeans, 'root' | 'volumes'>): DiskLimits {
  if (volumes === 'none') return 'none'
  return root === 'none' ? 'volumes' : 'all'
}

function engineHasQuota({ storageDriver, fileSystem, mountOptions }: DiskFacts): boolean {
  if (driversWithQuota.has(storageDriver)) return true
  return (
    overlayDrivers.has(storageDriver) &&
    fileSystem === 'xfs' &&
    mountOptions.some((option) => quotaOptions.has(option))
  )
}

function imageObstacle(facts: DiskFacts): DiskMeans['lack'] {
  const { platform, isRoot, sharesMounts, missingTools, hasLoopDevices } = facts
  const what = 'What services write is not limited to what they have rented'
  if (platform !== 'linux') {
    return { what: `${what}: this needs Linux.`, cure: 'Offer a Linux machine, or keep room on the disk.' }
  }
  if (!isRoot) {
    return { what: `${what}: this needs root.`, cure: 'Run the provider as root.' }
  }
  if (!sharesMounts) {
    return {
      what: `${what}: the engine does not see what the provider mounts.`,
      cure: 'Run the provider beside the engine, without PrivateTmp and the like in its unit.',
    }
  }
  if (missingTools.length > 0) {
    return {
      what: `${what}: there is no ${missingTools.join(', ')} here.`,
      cure: 'Install e2fsprogs and util-linux.',
    }
  }
  if (!hasLoopDevices) {
    return { what: `${what}: the kernel has no loop devices.`, cure: 'sudo modprobe loop' }
  }
  return undefined
}
