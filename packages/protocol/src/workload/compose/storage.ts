import { parseBytes } from '../../units/quantity.ts'
import { gibibyte, mebibyte } from '../../units/units.ts'
import type { Path } from '../source/places.ts'
import { compareText, isTree, own } from '../source/records.ts'
import type { Service, Volume } from '../workload.ts'
import type { ComposeVolume } from './compose-schema.ts'
import { composeBytes, composeFlag } from './quantities.ts'
import type { Scope } from './scope.ts'
import type { ComposeMount, ComposeService } from './service-schema.ts'

/** Size of a named volume; Compose itself knows none. */
const volumeBytes = 10 * gibibyte
const memoryVolumeBytes = 64 * mebibyte

const maxMounts = 256

export interface Storage {
  volumes: Volume[]
  mounts: Service['mounts']
}

interface Wish {
  at: Path
  kind: 'volume' | 'bind' | 'tmpfs' | 'other'
  source: string
  target: string
  readOnly: boolean
  sizeBytes?: number | undefined
}

/** Volumes and mounts of one service. `uses` counts the services that mount each named volume. */
export function mapStorage(
  service: ComposeService,
  path: Path,
  uses: ReadonlyMap<string, number>,
  scope: Scope,
): Storage {
  const wishes = [
    ...(service.volumes ?? []).map((mount, index) => readMount(mount, [...path, 'volumes', index])),
    ...readTmpfs(service.tmpfs, [...path, 'tmpfs']),
    ...(service.shm_size === undefined
      ? []
      : [memoryWish([...path, 'shm_size'], '/dev/shm', composeBytes(service.shm_size))]),
  ]
  if (wishes.length > maxMounts) {
    scope.findings.error(
      [...path, 'volumes'],
      'compose.too-many-mounts',
      `A service may have ${maxMounts} mounts at most.`,
      {
        at: 'key',
        mend: 'mount a folder above them',
      },
    )
    return { volumes: [], mounts: [] }
  }
  const volumes = new Map<string, Volume>()
  const mounts: Service['mounts'] = []
  for (const wish of wishes) {
    if (isRefused(wish, scope)) continue
    if (mounts.some((mount) => mount.path === wish.target)) {
      scope.findings.error(wish.at, 'compose.mount-twice', `Two volumes are mounted at \`${wish.target}\`.`, {
        mend: 'give one of them another path',
      })
      continue
    }
    const volume = wish.kind === 'tmpfs' ? memoryVolume(wish) : namedVolume(wish, uses, scope)
    if (volume === undefined) continue
    volumes.set(volume.name, volume)
    mounts.push({ volume: volume.name, path: wish.target, readOnly: wish.readOnly })
  }
  return {
    volumes: [...volumes.values()].sort((a, b) => compareText(a.name, b.name)),
    mounts: mounts.sort((a, b) => compareText(a.path, b.path)),
  }
}

/** Names of the volumes that a service mounts. */
export function volumesNamed(service: ComposeService): Set<string> {
  const wishes = (service.volumes ?? []).map((mount) => readMount(mount, []))
  return new Set(wishes.flatMap(({ kind, source }) => (kind === 'volume' && source !== '' ? [source] : [])))
}

function readMount(mount: ComposeMount, at: Path): Wish {
  if (typeof mount !== 'string') {
    const { type = 'volume', source = '', target, read_only, tmpfs } = mount
    const kind = type === 'volume' || type === 'bind' || type === 'tmpfs' ? type : 'other'
    const sizeBytes = tmpfs?.size === undefined ? undefined : composeBytes(tmpfs.size)
    return { at, kind, source, target, readOnly: composeFlag(read_only ?? false) ?? false, sizeBytes }
  }
  // `C:\data:/data` has a colon of its own; `v:/data` is a volume with a short name.
  const [, drive = '', rest = mount] = /^([A-Za-z]:[\\/])(.*:.*)$/s.exec(mount) ?? []
  const [first = '', second, mode = ''] = rest.split(':')
  const source = second === undefined ? '' : drive + first
  const target = second ?? drive + first
  const kind = /^([./~\\]|[A-Za-z]:[\\/])/.test(source) ? 'bind' : 'volume'
  return { at, kind, source, target, readOnly: mode.split(',').includes('ro') }
}

function readTmpfs(tmpfs: ComposeService['tmpfs'], at: Path): Wish[] {
  const list = typeof tmpfs === 'string' ? [tmpfs] : (tmpfs ?? [])
  return list.map((entry, index) => {
    const [target = '', options = ''] = entry.split(':')
    const size = /(?:^|,)size=([^,]+)/.exec(options)?.[1]
    const place = typeof tmpfs === 'string' ? at : [...at, index]
    return memoryWish(place, target, size === undefined ? undefined : composeBytes(size))
  })
}

function memoryWish(at: Path, target: string, sizeBytes: number | undefined): Wish {
  return { at, kind: 'tmpfs', source: '', target, readOnly: false, sizeBytes }
}

function isRefused(wish: Wish, { findings }: Scope): boolean {
  const { at, kind, source, target } = wish
  if (kind === 'bind') {
    const socket = /docker\.sock|containerd\.sock|podman\.sock/.test(source)
    findings.error(
      at,
      'compose.host-path',
      socket
        ? 'A rented machine does not hand out its container engine.'
        : `\`${source.slice(0, 80)}\` is a path of your own machine, which the rented one does not have.`,
      {
        mend: socket
          ? 'leave it out; `sublet logs` and `sublet exec` do most of what it is used for'
          : hostPathMend(source, target),
      },
    )
    return true
  }
  if (kind === 'other') {
    findings.error(at, 'compose.mount-type', 'This kind of mount is not to be had on a rented machine.', {
      expected: 'volume or tmpfs',
      mend: 'use a named volume',
    })
    return true
  }
  if (!target.startsWith('/') || target.split('/').includes('..')) {
    findings.error(at, 'compose.mount-path', `\`${target.slice(0, 80)}\` is not an absolute path.`, {
      expected: 'a mount such as "data:/data"',
    })
    return true
  }
  return false
}

/** Small files of the project and folders of data are what most of these are: both ways round, word for word. */
function hostPathMend(source: string, target: string): string {
  const last = source.split(/[\\/]/).findLast((part) => /[A-Za-z0-9]/.test(part) && !part.endsWith(':'))
  const name = slugOf(last ?? target).replace(/^-/, '')
  if (name === '' || !/^\/[\w./-]*$/.test(target))
    return 'use a named volume for data, `configs` for small files, or build the files into the image'
  if (/^\.{1,2}\/(?:[\w.-]+\/)*\w[\w-]*\.[\w.-]+$/.test(source))
    return `write \`configs: [{source: ${name}, target: ${target}}]\` in its place, and at the top of the file \`configs: {${name}: {file: ${source}}}\``
  return `for data write \`${name}:${target}\`, and at the top of the file \`volumes: {${name}: }\`; bring small files with \`configs\`, or build them into the image`
}

function memoryVolume({ target, sizeBytes }: Wish): Volume {
  const size = sizeBytes === undefined || sizeBytes === 0 ? memoryVolumeBytes : sizeBytes
  return { name: `ram${slugOf(target)}`, sizeBytes: size, class: 'ram', persistent: false }
}

function slugOf(path: string): string {
  return path.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '')
}

function namedVolume(wish: Wish, uses: ReadonlyMap<string, number>, scope: Scope): Volume | undefined {
  const { source, target, at } = wish
  // A mount without a name is a volume of the service's own.
  if (source === '')
    return { name: `data${slugOf(target)}`, sizeBytes: volumeBytes, class: 'default', persistent: false }
  const declared = scope.file.volumes ?? {}
  if (!Object.hasOwn(declared, source)) {
    scope.findings.error(
      at,
      'compose.unknown-volume',
      `The volume \`${source.slice(0, 80)}\` is not declared.`,
      {
        mend: `add \`${source.slice(0, 80)}:\` under \`volumes:\` at the top level`,
      },
    )
    return undefined
  }
  const volume = own(declared, source) ?? null
  const { size, class: kind, persistent } = volume?.['x-sublet'] ?? {}
  const given = size === undefined ? sizeFromOptions(volume) : parseBytes(size)
  return {
    name: source,
    sizeBytes: given === undefined || given === 0 ? volumeBytes : given,
    class: kind ?? 'default',
    persistent: composeFlag(persistent ?? kind !== 'ram') ?? true,
    ...((uses.get(source) ?? 0) > 1 ? { shared: true } : {}),
  }
}

function sizeFromOptions(volume: ComposeVolume | null): number | undefined {
  const size = volume?.driver_opts?.size
  return typeof size === 'string' || typeof size === 'number' ? composeBytes(size) : undefined
}

/** What is wrong with the volumes that the file declares, whoever uses them. */
export function checkVolumes({ file, findings }: Scope): void {
  for (const [name, volume] of Object.entries(file.volumes ?? {})) {
    if (volume === null) continue
    const at = ['volumes', name]
    const external = volume.external
    if (isTree(external) || composeFlag(external ?? false) === true) {
      findings.error(
        [...at, 'external'],
        'compose.external',
        `The volume \`${name}\` is to be there already, but a rented machine is empty.`,
        {
          at: 'key',
          mend: 'leave `external` out, and copy the data in with `sublet cp` once it runs',
        },
      )
    }
    const options = volume.driver_opts ?? {}
    const device = own(options, 'device')
    if (device !== undefined && own(options, 'type') !== 'tmpfs') {
      findings.error(
        [...at, 'driver_opts', 'device'],
        'compose.host-path',
        `The volume \`${name}\` stands for a path or a server of your own.`,
        {
          at: 'key',
          mend: 'leave `driver_opts` out to get an empty volume',
        },
      )
    } else if (volume.driver !== undefined && volume.driver !== 'local') {
      findings.warn(
        [...at, 'driver'],
        'compose.ignored',
        '`driver` has no effect: the provider has disks of its own.',
        {
          at: 'key',
          mend: 'leave it out; choose a class with `x-sublet: {class: ssd}`',
        },
      )
    }
  }
}
