import { reportedPath } from '../source/issue-path.ts'
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
export function consoleView({ findings, tree, spelled, documents }: Source): AkashFile | undefined {
  let refused = false
  const refuse = (path: Path, message: string, expected?: string, at: 'key' | 'value' = 'value') => {
    refused = true
    findings.warn(path, 'akash.console-refuses', `Akash's console refuses this file: ${message}`, {
      expected,
      at,
    })
  }
  if (documents > 1) refuse([], 'it holds more than one YAML document.')
  const plain = spelled ? plainOf(tree) : tree
  if (!fits(plain)) {
    const parsed = akashFileSchema.safeParse(plain)
    for (const issue of parsed.error?.issues ?? []) {
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys)
          refuse([...reportedPath(issue), key], `it knows no key \`${key}\` here.`, undefined, 'key')
      } else refuse(reportedPath(issue), `${nameOf(reportedPath(issue))} does not fit.`, issue.message)
    }
    return undefined
  }
  const file = plain as AkashFile
  refuseRelations(file, refuse)
  return refused ? undefined : file
}

function nameOf(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'string' ? `\`${last}\`` : 'an entry'
}

type Refuse = (path: Path, message: string, expected?: string, at?: 'key' | 'value') => void

/** What the console checks beyond the schema, as far as a provider's parser lets it pass. */
function refuseRelations(file: AkashFile, refuse: Refuse): void {
  const ports = new Map<string, string>()
  for (const [name, service] of Object.entries(file.services)) {
    const placements = own(file.deployment, name)
    if (placements === undefined) {
      refuse(['services', name], `the service \`${name}\` is not deployed.`, undefined, 'key')
      continue
    }
    for (const { profile } of Object.values(placements)) {
      const resources = own(file.profiles.compute, profile)?.resources
      if (resources !== undefined) refuseVolumes(name, service, profile, resources.storage, refuse)
    }
    for (const [index, expose] of service.expose?.entries() ?? []) {
      for (const [toIndex, { ip }] of expose.to?.entries() ?? []) {
        if (ip === undefined) continue
        const claim = `${ip} ${expose.as ?? expose.port} ${expose.proto?.toUpperCase() ?? 'TCP'}`
        const other = ports.get(claim)
        if (other !== undefined) {
          refuse(
            ['services', name, 'expose', index, 'to', toIndex, 'ip'],
            `the port of \`${ip}\` is taken by \`${other}\`.`,
          )
        }
        ports.set(claim, name)
      }
    }
  }
  for (const [profile, { resources }] of Object.entries(file.profiles.compute)) {
    for (const [key, size] of sizesOf(resources)) {
      if (/^[\d.]+[a-zA-Z]+$/.test(size)) continue
      refuse(
        ['profiles', 'compute', profile, 'resources', key],
        `it needs a size with a unit, not \`${size}\`.`,
      )
    }
  }
}

function sizesOf({
  memory,
  storage,
}: AkashFile['profiles']['compute'][string]['resources']): [string, string][] {
  const volumes = Array.isArray(storage) ? storage : [storage]
  return [['memory', memory.size], ...volumes.map(({ size }): [string, string] => ['storage', size])]
}

type Storage = AkashFile['profiles']['compute'][string]['resources']['storage']

function refuseVolumes(
  name: string,
  service: AkashFile['services'][string],
  profile: string,
  storage: Storage,
  refuse: Refuse,
): void {
  const volumes = Array.isArray(storage) ? storage : [storage]
  const mounts = service.params?.storage
  for (const mount of Object.keys(mounts ?? {})) {
    if (volumes.some((volume) => volume.name === mount)) continue
    refuse(
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
    refuse(
      ['profiles', 'compute', profile, 'resources', 'storage'],
      `the persistent volume \`${volumeName}\` is not mounted by \`${name}\`.`,
    )
  }
}
