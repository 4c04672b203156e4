import type { Findings } from '../source/findings.ts'
import { reportedPath } from '../source/issue-path.ts'
import { nearestWord } from '../source/nearest-word.ts'
import type { Path } from '../source/places.ts'
import { own } from '../source/records.ts'
import { plainOf } from '../source/scalar.ts'
import { compileCheck } from '../source/schema-check.ts'
import type { Source } from '../source/source.ts'
import { type AkashFile, akashFileSchema } from './console-schema.ts'

const fits = compileCheck(akashFileSchema)

/**
 * Akash's console reads files with a second, stricter parser. Tells what it would refuse in a file that a provider
 * takes; gives the file as the console sees it, or undefined when it refuses.
 */
export function consoleView({ findings, tree, documents }: Source): AkashFile | undefined {
  const refusals = new Refusals(findings)
  if (documents > 1) refusals.tell([], 'it holds more than one YAML document.')
  const plain = plainOf(tree)
  if (!fits(plain)) {
    const parsed = akashFileSchema.safeParse(plain)
    for (const issue of parsed.error?.issues ?? []) {
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys)
          refusals.tell(
            [...reportedPath(issue), key],
            `it knows no key \`${key}\` here.`,
            undefined,
            'key',
            keyMend(key),
          )
      } else refusals.tell(reportedPath(issue), `${nameOf(reportedPath(issue))} does not fit.`, issue.message)
    }
    return undefined
  }
  const file = plain as AkashFile
  refuseRelations(file, refusals)
  return refusals.any ? undefined : file
}

class Refusals {
  any = false
  readonly #findings: Findings

  constructor(findings: Findings) {
    this.#findings = findings
  }

  tell(path: Path, message: string, expected?: string, at: 'key' | 'value' = 'value', mend?: string): void {
    this.any = true
    this.#findings.warn(path, 'akash.console-refuses', `Akash's console refuses this file: ${message}`, {
      expected,
      mend,
      at,
    })
  }
}

/** Keys below the top that are worth a guess: a provider passes over what it does not know. */
const innerKeys = [
  'image',
  'command',
  'args',
  'env',
  'expose',
  'params',
  'credentials',
  'accept',
  'proto',
  'global',
  'http_options',
  'storage',
  'resources',
  'memory',
  'attributes',
  'units',
  'mount',
  'readOnly',
  'pricing',
  'signedBy',
  'profile',
  'count',
]

function keyMend(key: string): string {
  const meant = nearestWord(key, innerKeys)
  return meant === undefined || meant === key
    ? 'leave it out; it has no effect'
    : `write \`${meant}\`; it has no effect as it stands`
}

function nameOf(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'string' ? `\`${last}\`` : 'an entry'
}

/** What the console checks beyond the schema, as far as a provider's parser lets it pass. */
function refuseRelations(file: AkashFile, refusals: Refusals): void {
  const ports = new Map<string, string>()
  for (const name of Object.keys(file.services)) {
    const service = file.services[name] ?? { image: '' }
    const placements = own(file.deployment, name)
    if (placements === undefined) {
      refusals.tell(['services', name], `the service \`${name}\` is not deployed.`, undefined, 'key')
      continue
    }
    for (const { profile } of Object.values(placements)) {
      const resources = own(file.profiles.compute, profile)?.resources
      if (resources !== undefined) refuseVolumes(name, service, profile, resources.storage, refusals)
    }
    // Addresses are rare: most files name none.
    if (file.endpoints === undefined) continue
    for (const [index, expose] of service.expose?.entries() ?? []) {
      for (const [toIndex, { ip }] of expose.to?.entries() ?? []) {
        if (ip === undefined) continue
        const claim = `${ip} ${expose.as ?? expose.port} ${expose.proto?.toUpperCase() ?? 'TCP'}`
        const other = ports.get(claim)
        if (other !== undefined) {
          refusals.tell(
            ['services', name, 'expose', index, 'to', toIndex, 'ip'],
            `the port of \`${ip}\` is taken by \`${other}\`.`,
          )
        }
        ports.set(claim, name)
      }
    }
  }
  for (const profile of Object.keys(file.profiles.compute)) {
    const { memory, storage } = file.profiles.compute[profile]?.resources ?? {}
    refuseSize(profile, 'memory', memory?.size, refusals)
    if (Array.isArray(storage)) for (const { size } of storage) refuseSize(profile, 'storage', size, refusals)
    else refuseSize(profile, 'storage', storage?.size, refusals)
  }
}

const sizeWithUnit = /^[\d.]+[a-zA-Z]+$/

function refuseSize(profile: string, key: string, size: string | undefined, refusals: Refusals): void {
  if (size === undefined || sizeWithUnit.test(size)) return
  refusals.tell(
    ['profiles', 'compute', profile, 'resources', key],
    `it needs a size with a unit, not \`${size}\`.`,
  )
}

type Storage = AkashFile['profiles']['compute'][string]['resources']['storage']

function refuseVolumes(
  name: string,
  service: AkashFile['services'][string],
  profile: string,
  storage: Storage,
  refusals: Refusals,
): void {
  const volumes = Array.isArray(storage) ? storage : [storage]
  const mounts = service.params?.storage
  if (mounts === undefined && volumes.every(({ attributes }) => attributes === undefined)) return
  for (const mount of Object.keys(mounts ?? {})) {
    if (volumes.some((volume) => volume.name === mount)) continue
    refusals.tell(
      ['services', name, 'params', 'storage', mount],
      `no volume of \`${profile}\` is called \`${mount}\`.`,
      undefined,
      'key',
    )
  }
  for (const volume of volumes) {
    const persistent = String(volume.attributes?.persistent ?? false).toLowerCase()
    if (['false', 'no', '0', ''].includes(persistent)) continue
    const volumeName = volume.name ?? 'default'
    if (mounts !== undefined && (own(mounts, volumeName)?.mount ?? '') !== '') continue
    refusals.tell(
      ['profiles', 'compute', profile, 'resources', 'storage'],
      `the persistent volume \`${volumeName}\` is not mounted by \`${name}\`.`,
    )
  }
}
