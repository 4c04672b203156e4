/** Storage classes by what a disk is made of, as orders name them. */
export type DiskClass = 'nvme' | 'ssd' | 'hdd'

/** One line of `/proc/self/mountinfo` (proc(5)): what is mounted where. */
export interface Mount {
  path: string
  /** `8:1`; file systems without a disk of their own have `0:…`. */
  deviceNumber: string
  /** Such as `/dev/nvme0n1p2`. */
  source: string
}

export function readMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ')
    const [, , deviceNumber, , path] = left.split(' ')
    const [, source] = right.split(' ')
    if (deviceNumber === undefined || path === undefined || source === undefined) return []
    // Blanks and the like stand as octal numbers.
    const plain = path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    )
    return [{ path: plain, deviceNumber, source }]
  })
}

/** Where a folder lies: the mount with the longest path above it, the last one where two are at one place. */
export function mountOf(folder: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts
    .filter(({ path }) => path === '/' || folder === path || folder.startsWith(`${path}/`))
    .reduce<Mount | undefined>(
      (best, mount) => (best === undefined || mount.path.length >= best.path.length ? mount : best),
      undefined,
    )
}

/** What `/sys/block/<name>` tells of a disk. */
export interface DiskFacts {
  /** Such as `nvme0n1`, `sda`, `vda`. */
  name: string
  /** `queue/rotational`: it has platters. Undefined where the kernel does not say. */
  rotational: boolean | undefined
}

/**
 * The class of a disk; of several (a mirror, a volume over two disks) the slowest. Undefined for virtual disks, whose
 * `rotational` says what the host of a virtual machine pleases.
 */
export function classOfDisks(disks: readonly DiskFacts[]): DiskClass | undefined {
  const classes = disks.map(({ name, rotational }): DiskClass | undefined => {
    if (/^nvme\d/.test(name)) return 'nvme'
    if (!/^(sd|hd|mmcblk)/.test(name) || rotational === undefined) return undefined
    return rotational ? 'hdd' : 'ssd'
  })
  if (classes.length === 0 || classes.includes(undefined)) return undefined
  return (['hdd', 'ssd', 'nvme'] as const).find((name) => classes.includes(name))
}
