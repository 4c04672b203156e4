import type { Findings } from '../source/findings.ts'
import { nearestWord } from '../source/nearest-word.ts'
import { compareText } from '../source/records.ts'
import type { PlacedService } from './placed-service.ts'
import type { Sdl, SdlVolume } from './sdl.ts'
import { validateLimits } from './validate-limits.ts'
import { validateService } from './validate-service.ts'

export function sortedNames(map: ReadonlyMap<string, unknown>): string[] {
  return [...map.keys()].sort(compareText)
}

/** Says everything for which Akash's parser refuses a file that it could decode. */
export function validateSdl(findings: Findings, sdl: Sdl): void {
  const usedEndpoints = new Set<string>()
  validateEndpoints(findings, sdl)
  const placed = placeServices(findings, sdl)
  const portsUsed = new Map<string, string>()
  const teeByPlacement = new Map<string, string>()
  const hosts = new Set<string>()
  let reachable = false
  const seen = new Set<string>()
  for (const entry of placed) {
    const { serviceName, service } = entry
    const first = !seen.has(serviceName)
    seen.add(serviceName)
    if (first) validateService(findings, serviceName, service)
    validateStorageParams(findings, sdl, entry)
    validateTee(findings, entry, teeByPlacement)
    for (const [index, expose] of service.expose.entries()) {
      for (const [toIndex, to] of expose.to.entries()) {
        if (to.global) reachable = true
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
                expected:
                  'each host once in the file; every entry of `to` and every placement claims it again',
              },
            )
          }
          hosts.add(host)
        }
      }
    }
  }
  // A service whose references lead nowhere is looked at all the same, and counts as if they did not.
  for (const name of sortedNames(sdl.deployment)) {
    if (seen.has(name)) continue
    const service = sdl.services.get(name)
    if (service === undefined) {
      reachable = true
      for (const endpoint of sdl.endpoints.keys()) usedEndpoints.add(endpoint)
      continue
    }
    if (!findings.hasErrors) continue
    validateService(findings, name, service)
    for (const { to: list } of service.expose) {
      for (const { global, ip } of list) {
        if (global) reachable = true
        usedEndpoints.add(ip)
      }
    }
  }
  for (const name of sortedNames(sdl.endpoints)) {
    if (usedEndpoints.has(name)) continue
    findings.error(['endpoints', name], 'akash.unused-endpoint', `No port uses the endpoint \`${name}\`.`, {
      at: 'key',
      mend: 'remove it, or add it to a port with `ip:`',
    })
  }
  validateLimits(findings, sdl, placed)
  if (placed.length > 0 && !reachable) {
    findings.error(['services'], 'akash.not-global', 'No service can be reached from outside.', {
      at: 'key',
      mend: 'add `to: [{global: true}]` to a port',
    })
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

/** Follows the references of `deployment`; what leads nowhere is told and left out. */
function placeServices(findings: Findings, sdl: Sdl): PlacedService[] {
  const placed: PlacedService[] = []
  for (const serviceName of sortedNames(sdl.deployment)) {
    const placements = sdl.deployment.get(serviceName) ?? new Map()
    for (const placementName of sortedNames(placements)) {
      const deployment = placements.get(placementName) ?? { profile: '', count: 0 }
      const path = ['deployment', serviceName, placementName]
      const service = sdl.services.get(serviceName)
      const compute = sdl.compute.get(deployment.profile)
      const placement = sdl.placement.get(placementName)
      if (service === undefined)
        unknown(findings, ['deployment', serviceName], 'key', 'service', serviceName, sdl.services)
      if (compute === undefined)
        unknown(findings, [...path, 'profile'], 'value', 'compute profile', deployment.profile, sdl.compute)
      if (placement === undefined)
        unknown(findings, path, 'key', 'placement profile', placementName, sdl.placement)
      else if (placement.pricing.get(deployment.profile) === undefined && compute !== undefined) {
        findings.error(
          ['profiles', 'placement', placementName, 'pricing', deployment.profile],
          'akash.no-price',
          `The placement \`${placementName}\` has no price for \`${deployment.profile}\`.`,
          {
            at: 'key',
            mend: `add \`${deployment.profile}: {denom: uact, amount: 1000}\` under \`pricing\``,
          },
        )
      }
      if (compute !== undefined && compute.resources === undefined) {
        findings.error(
          ['profiles', 'compute', deployment.profile],
          'akash.no-resources',
          `The compute profile \`${deployment.profile}\` has no resources.`,
          {
            at: 'key',
            mend: 'add `resources:` with cpu, memory and storage',
          },
        )
      }
      if (service === undefined || compute === undefined || placement === undefined) continue
      placed.push({
        serviceName,
        placementName,
        profileName: deployment.profile,
        count: deployment.count,
        service,
        compute,
      })
    }
  }
  if (placed.length === 0 && !findings.hasErrors) {
    findings.error(['deployment'], 'akash.nothing-deployed', 'Nothing is deployed.', {
      at: 'key',
      mend: 'add `deployment: {SERVICE: {PLACEMENT: {profile: PROFILE, count: 1}}}`',
    })
  }
  return placed
}

function unknown(
  findings: Findings,
  path: readonly string[],
  at: 'key' | 'value',
  what: string,
  name: string,
  known: ReadonlyMap<string, unknown>,
): void {
  if (findings.isFull) return
  const meant = nearestWord(name, known.keys())
  const message = name === '' ? `No ${what} is named here.` : `There is no ${what} \`${name}\`.`
  const expected =
    known.size === 0 ? undefined : `one of ${[...known.keys()].slice(0, 20).sort(compareText).join(', ')}`
  findings.error(path, `akash.unknown-${what.replace(' ', '-')}`, message, {
    at,
    ...(meant === undefined ? { expected } : { mend: `write \`${meant}\`` }),
  })
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

export function isPersistent({ attributes }: SdlVolume): boolean {
  return attributes.some(({ key, value }) => key === 'persistent' && value === 'true')
}

function validateTee(
  findings: Findings,
  { serviceName, placementName, service, compute }: PlacedService,
  byPlacement: Map<string, string>,
): void {
  const tee = service.params?.tee ?? ''
  if (tee === '') return
  const path = ['services', serviceName, 'params', 'tee']
  if (tee !== 'cpu' && tee !== 'cpu-gpu') {
    findings.error(path, 'akash.tee', `There is no confidential computing of type \`${tee}\`.`, {
      expected: 'cpu or cpu-gpu',
    })
    return
  }
  if (tee === 'cpu-gpu' && (compute.resources?.gpu?.units ?? 0) === 0) {
    findings.error(path, 'akash.tee', '`cpu-gpu` needs a GPU.', {
      mend: 'write `cpu`, or add a GPU to the compute profile',
    })
  }
  const other = byPlacement.get(placementName)
  if (other !== undefined && other !== tee) {
    findings.error(
      path,
      'akash.tee',
      `The placement \`${placementName}\` has both \`${other}\` and \`${tee}\`.`,
      { expected: 'one type for each placement' },
    )
  }
  byPlacement.set(placementName, tee)
}
