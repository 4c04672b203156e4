import type { Findings } from '../source/findings.ts'
import { nearestWord } from '../source/nearest-word.ts'
import { compareText } from '../source/records.ts'
import type { PlacedGroup, PlacedService } from './placed-service.ts'
import type { Sdl, SdlDeployment } from './sdl.ts'

export function sortedNames(map: ReadonlyMap<string, unknown>): string[] {
  const names = [...map.keys()]
  return names.length < 2 ? names : names.sort(compareText)
}

/** Follows the references of `deployment`, by placement and service in order; what leads nowhere is told and left out. */
export function placeServices(findings: Findings, sdl: Sdl): PlacedGroup[] {
  const groups = new Map<string, PlacedGroup>()
  for (const serviceName of sortedNames(sdl.deployment)) {
    for (const [placementName, deployment] of sdl.deployment.get(serviceName) ?? []) {
      const placement = sdl.placement.get(placementName)
      const placed = placeService(findings, sdl, serviceName, placementName, deployment)
      if (placement === undefined || placed === undefined) continue
      const group = groups.get(placementName)
      if (group !== undefined) group.services.push(placed)
      else groups.set(placementName, { name: placementName, placement, services: [placed] })
    }
  }
  if (groups.size === 0 && !findings.hasErrors) {
    findings.error(['deployment'], 'akash.nothing-deployed', 'Nothing is deployed.', {
      at: 'key',
      mend: 'add `deployment: {SERVICE: {PLACEMENT: {profile: PROFILE, count: 1}}}`',
    })
  }
  const list = [...groups.values()]
  return list.length < 2 ? list : list.sort((a, b) => compareText(a.name, b.name))
}

function placeService(
  findings: Findings,
  sdl: Sdl,
  serviceName: string,
  placementName: string,
  { profile: profileName, count }: SdlDeployment,
): PlacedService | undefined {
  const service = sdl.services.get(serviceName)
  const compute = sdl.compute.get(profileName)
  const placement = sdl.placement.get(placementName)
  const price = placement?.pricing.get(profileName)
  if (service === undefined)
    tellUnknown(findings, ['deployment', serviceName], 'key', 'service', serviceName, sdl.services)
  if (compute === undefined) {
    const path = ['deployment', serviceName, placementName, 'profile']
    tellUnknown(findings, path, 'value', 'compute profile', profileName, sdl.compute)
  }
  if (placement === undefined) {
    const path = ['deployment', serviceName, placementName]
    tellUnknown(findings, path, 'key', 'placement profile', placementName, sdl.placement)
  } else if (price === undefined && compute !== undefined) {
    findings.error(
      ['profiles', 'placement', placementName, 'pricing', profileName],
      'akash.no-price',
      `The placement \`${placementName}\` has no price for \`${profileName}\`.`,
      {
        at: 'key',
        mend: `add \`${profileName}: {denom: uact, amount: 1000}\` under \`pricing\``,
      },
    )
  }
  if (compute !== undefined && compute.resources === undefined) {
    findings.error(
      ['profiles', 'compute', profileName],
      'akash.no-resources',
      `The compute profile \`${profileName}\` has no resources.`,
      {
        at: 'key',
        mend: 'add `resources:` with cpu, memory and storage',
      },
    )
  }
  if (service === undefined || compute === undefined) return undefined
  return { serviceName, profileName, count, service, compute, price }
}

/** Where what a deployment names is declared. */
const sections = {
  service: '`services`',
  'compute profile': '`profiles.compute`',
  'placement profile': '`profiles.placement`',
} as const

function tellUnknown(
  findings: Findings,
  path: readonly string[],
  at: 'key' | 'value',
  what: keyof typeof sections,
  name: string,
  known: ReadonlyMap<string, unknown>,
): void {
  if (findings.isFull) return
  const meant = nearestWord(name, known.keys())
  const message = name === '' ? `No ${what} is named here.` : `There is no ${what} \`${name}\`.`
  const section = sections[what]
  const expected =
    known.size === 0
      ? `a name of what stands under ${section}, where there is nothing yet`
      : `one of ${[...known.keys()].slice(0, 20).sort(compareText).join(', ')}`
  findings.error(path, `akash.unknown-${what.replace(' ', '-')}`, message, {
    at,
    ...(meant === undefined ? { expected } : { mend: `write \`${meant}\`` }),
  })
}
