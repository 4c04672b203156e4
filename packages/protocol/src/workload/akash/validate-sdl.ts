import type { Findings } from '../source/findings.ts'
import { nearestWord } from '../source/nearest-word.ts'
import { placeServices, sortedNames } from './place-services.ts'
import type { PlacedGroup, PlacedService } from './placed-service.ts'
import type { Sdl, SdlExpose, SdlExposeTo, SdlVolume } from './sdl.ts'
import { validateLimits } from './validate-limits.ts'
import { validateService } from './validate-service.ts'

/** Says everything for which Akash's parser refuses a file that it could decode, and gives its services where they run. */
export function validateSdl(findings: Findings, sdl: Sdl): readonly PlacedGroup[] {
  validateEndpoints(findings, sdl)
  const groups = placeServices(findings, sdl)
  const exposure: Exposure = {
    isReachable: false,
    usedEndpoints: new Set(),
    portsUsed: new Map(),
    hosts: new Set(),
  }
  const seen = new Set<string>()
  for (const { name, services } of groups) {
    let tee: string | undefined
    for (const placed of services) {
      const { serviceName, service } = placed
      if (!seen.has(serviceName)) validateService(findings, serviceName, service)
      seen.add(serviceName)
      validateStorageParams(findings, sdl, placed)
      tee = validateTee(findings, name, placed, tee)
      validateExposure(findings, sdl, placed, exposure)
    }
  }
  if (seen.size < sdl.deployment.size) validateUnplaced(findings, sdl, seen, exposure)
  for (const name of sortedNames(sdl.endpoints)) {
    if (exposure.usedEndpoints.has(name)) continue
    findings.error(['endpoints', name], 'akash.unused-endpoint', `No port uses the endpoint \`${name}\`.`, {
      at: 'key',
      mend: 'remove it, or add it to a port with `ip:`',
    })
  }
  validateLimits(findings, groups)
  if (groups.length > 0 && !exposure.isReachable) {
    findings.error(['services'], 'akash.not-global', 'No service can be reached from outside.', {
      at: 'key',
      mend: 'add `to: [{global: true}]` to a port',
    })
  }
  return groups
}

/** What the ports of all services lay claim to. */
interface Exposure {
  isReachable: boolean
  readonly usedEndpoints: Set<string>
  /** Address, outer port and protocol to the service that has them. */
  readonly portsUsed: Map<string, string>
  readonly hosts: Set<string>
}

function validateExposure(
  findings: Findings,
  sdl: Sdl,
  { serviceName, service }: PlacedService,
  exposure: Exposure,
): void {
  const { usedEndpoints, portsUsed, hosts } = exposure
  for (let index = 0; index < service.expose.length; index += 1) {
    const expose = service.expose[index] as SdlExpose
    for (let toIndex = 0; toIndex < expose.to.length; toIndex += 1) {
      const to = expose.to[toIndex] as SdlExposeTo
      if (to.global) exposure.isReachable = true
      if (to.ip === '') continue
      const path = ['services', serviceName, 'expose', index, 'to', toIndex]
      usedEndpoints.add(to.ip)
      if (!to.global) {
        findings.error(path, 'akash.ip-not-global', 'A port with an IP address must be global.', {
          mend: 'add `global: true`',
        })
      }
      if (!sdl.endpoints.has(to.ip)) {
        const meant = nearestWord(to.ip, sdl.endpoints.keys())
        findings.error([...path, 'ip'], 'akash.unknown-endpoint', `There is no endpoint \`${to.ip}\`.`, {
          mend:
            meant === undefined ? `add \`${to.ip}: {kind: ip}\` under \`endpoints\`` : `write \`${meant}\``,
        })
      }
      // Akash compares what was written: 0 and 80 differ, and so do `tcp` and `TCP`.
      const claim = `${to.ip}-${expose.as}-${expose.proto}`
      const other = portsUsed.get(claim)
      if (other !== undefined) {
        findings.error(
          [...path, 'ip'],
          'akash.ip-port-taken',
          `Port ${expose.port} of \`${to.ip}\` is taken by \`${other}\`.`,
          {
            mend: 'give one of them another `as`',
          },
        )
      }
      portsUsed.set(claim, serviceName)
    }
    if (expose.accept === null) continue
    for (let copy = 0; copy < Math.max(1, expose.to.length); copy += 1) {
      for (const [hostIndex, host] of expose.accept.entries()) {
        if (hosts.has(host)) {
          findings.error(
            ['services', serviceName, 'expose', index, 'accept', hostIndex],
            'akash.duplicate-host',
            `The host \`${host}\` is claimed twice.`,
            {
              expected: 'each host once in the file; every entry of `to` and every placement claims it again',
            },
          )
        }
        hosts.add(host)
      }
    }
  }
}

/** A service whose references lead nowhere is looked at all the same, and counts as if they did not. */
function validateUnplaced(findings: Findings, sdl: Sdl, seen: ReadonlySet<string>, exposure: Exposure): void {
  for (const name of sortedNames(sdl.deployment)) {
    if (seen.has(name)) continue
    const service = sdl.services.get(name)
    if (service === undefined) {
      exposure.isReachable = true
      for (const endpoint of sdl.endpoints.keys()) exposure.usedEndpoints.add(endpoint)
      continue
    }
    if (!findings.hasErrors) continue
    validateService(findings, name, service)
    for (const { to: list } of service.expose) {
      for (const { global, ip } of list) {
        if (global) exposure.isReachable = true
        exposure.usedEndpoints.add(ip)
      }
    }
  }
}

const endpointName = /^[a-z]+[-_a-z0-9]+$/

function validateEndpoints(findings: Findings, sdl: Sdl): void {
  for (const [name, kind] of sdl.endpoints) {
    if (!endpointName.test(name)) {
      findings.error(['endpoints', name], 'akash.endpoint-name', `\`${name}\` cannot name an endpoint.`, {
        at: 'key',
        expected: 'two or more lower-case letters, digits, `-` and `_`, a letter first',
      })
    }
    if (kind === 'ip') continue
    const message =
      kind === '' ? `The endpoint \`${name}\` has no kind.` : `There is no endpoint kind \`${kind}\`.`
    findings.error(['endpoints', name, 'kind'], 'akash.endpoint-kind', message, { mend: 'write `kind: ip`' })
  }
}

function validateStorageParams(
  findings: Findings,
  sdl: Sdl,
  { serviceName, profileName, service, compute }: PlacedService,
): void {
  const params = service.params?.storage
  // Nothing is mounted, and nothing needs to be: the usual case.
  if (params === undefined && !compute.resources?.storage?.some(isPersistent)) return
  const volumes = new Map((compute.resources?.storage ?? []).map((volume) => [volume.name, volume]))
  const mounts = new Map<string, string>()
  for (const [name, { mount, readOnly }] of params ?? []) {
    const path = ['services', serviceName, 'params', 'storage', name]
    const volume = volumes.get(name)
    if (volume === undefined) {
      const meant = nearestWord(name, volumes.keys())
      findings.error(
        path,
        'akash.unknown-volume',
        `The profile \`${profileName}\` has no volume \`${name}\`.`,
        {
          at: 'key',
          mend:
            meant === undefined
              ? `add \`- {name: ${name}, size: 1Gi}\` to its storage`
              : `write \`${meant}\``,
        },
      )
    }
    if (!mount.startsWith('/')) {
      findings.error([...path, 'mount'], 'akash.mount', `\`${mount}\` is not an absolute path.`, {
        expected: 'a path that begins with /',
      })
    }
    const other = mounts.get(mount)
    if (other !== undefined) {
      findings.error(
        [...path, 'mount'],
        'akash.duplicate-mount',
        `The volume \`${other}\` is mounted at \`${mount}\` already.`,
        { mend: 'give one of them another `mount`' },
      )
    }
    mounts.set(mount, name)
    const kind = volume?.attributes.find(({ key }) => key === 'class')?.value
    if (sdl.version === '2.1' && readOnly && kind === 'ram') {
      findings.error([...path, 'readOnly'], 'akash.ram-read-only', 'A volume in memory cannot be read-only.')
    }
  }
  // In 2.0 any mount at all satisfies every persistent volume, and 2.1 never looks; so do we.
  if (sdl.version === '2.1' || (params?.size ?? 0) > 0) return
  for (const volume of volumes.values()) {
    if (!isPersistent(volume)) continue
    const { name } = volume
    findings.error(
      ['profiles', 'compute', profileName, 'resources', 'storage'],
      'akash.not-mounted',
      `The persistent volume \`${name}\` is not mounted by \`${serviceName}\`.`,
      {
        at: 'key',
        mend: `add \`params: {storage: {${name}: {mount: /data}}}\` to the service`,
      },
    )
  }
}

function isPersistent({ attributes }: SdlVolume): boolean {
  return attributes.some(({ key, value }) => key === 'persistent' && value === 'true')
}

/** Gives the type that the placement has from here on. */
function validateTee(
  findings: Findings,
  placementName: string,
  { serviceName, service, compute }: PlacedService,
  others: string | undefined,
): string | undefined {
  const tee = service.params?.tee ?? ''
  if (tee === '') return others
  const path = ['services', serviceName, 'params', 'tee']
  if (tee !== 'cpu' && tee !== 'cpu-gpu') {
    findings.error(path, 'akash.tee', `There is no confidential computing of type \`${tee}\`.`, {
      expected: 'cpu or cpu-gpu',
    })
    return others
  }
  if (tee === 'cpu-gpu' && (compute.resources?.gpu?.units ?? 0) === 0) {
    findings.error(path, 'akash.tee', '`cpu-gpu` needs a GPU.', {
      mend: 'write `cpu`, or add a GPU to the compute profile',
    })
  }
  if (others !== undefined && others !== tee) {
    findings.error(
      path,
      'akash.tee',
      `The placement \`${placementName}\` has both \`${others}\` and \`${tee}\`.`,
      { expected: 'one type for each placement' },
    )
  }
  return tee
}
