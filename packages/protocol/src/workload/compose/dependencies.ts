import { nearestWord } from '../source/nearest-word.ts'
import { compareText, isTree } from '../source/records.ts'
import { findCircles } from '../sublet/check-group.ts'
import type { Service } from '../workload.ts'
import { composeFlag } from './quantities.ts'
import type { Scope } from './scope.ts'
import type { ComposeService } from './service-schema.ts'

type Dependency = Service['dependsOn'][number]

const conditions = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
} as const

export interface Order {
  dependsOn: Map<string, Dependency[]>
  /** Services that others wait to see end well. */
  awaited: Set<string>
  /** Further names that `links` give to services. */
  aliases: Map<string, string[]>
}

/**
 * Who waits for whom, by the file's own service keys. `services` are those that run; others of the file are switched
 * off by profile or replicas.
 */
export function orderServices(services: ReadonlyMap<string, ComposeService>, scope: Scope): Order {
  const order: Order = { dependsOn: new Map(), awaited: new Set(), aliases: new Map() }
  for (const [key, service] of services) {
    const edges = new Map<string, Dependency['condition']>()
    for (const { other, condition, required, at } of wishesOf(key, service)) {
      if (!services.has(other)) {
        if (required) refuseUnknown(other, at, services, scope)
        continue
      }
      const unchecked = services.get(other)?.healthcheck === undefined
      if (condition === 'healthy' && unchecked) {
        scope.findings.warn(
          at,
          'compose.no-healthcheck',
          `\`${other}\` has no healthcheck, so it counts as healthy once it has started.`,
          {
            mend: `add a \`healthcheck\` to \`${other}\``,
          },
        )
      }
      if (condition === 'completed') order.awaited.add(other)
      edges.set(other, condition === 'healthy' && unchecked ? 'started' : condition)
    }
    for (const [index, link] of (service.links ?? []).entries()) {
      const [other = '', alias] = link.split(':')
      if (!services.has(other)) refuseUnknown(other, ['services', key, 'links', index], services, scope)
      else {
        if (!edges.has(other)) edges.set(other, 'started')
        if (alias !== undefined && alias !== '') {
          const aliases = order.aliases.get(other) ?? []
          aliases.push(alias)
          order.aliases.set(other, aliases)
        }
      }
    }
    const list = Array.from(edges, ([other, condition]) => ({ service: other, condition }))
    order.dependsOn.set(
      key,
      list.sort((a, b) => compareText(a.service, b.service)),
    )
  }
  refuseCircles(order, scope)
  return order
}

interface Wish {
  other: string
  condition: Dependency['condition']
  required: boolean
  at: (string | number)[]
}

function wishesOf(key: string, service: ComposeService): Wish[] {
  const given = service.depends_on
  const at = ['services', key, 'depends_on']
  if (given === undefined) return []
  if (Array.isArray(given)) {
    return given.map((other, index) => ({ other, condition: 'started', required: true, at: [...at, index] }))
  }
  return Object.entries(given).map(([other, wish]) => ({
    other,
    condition: conditions[wish?.condition ?? 'service_started'],
    required: composeFlag(wish?.required ?? true) ?? true,
    at: [...at, other],
  }))
}

function refuseUnknown(
  other: string,
  at: (string | number)[],
  services: ReadonlyMap<string, ComposeService>,
  scope: Scope,
): void {
  if (scope.findings.isFull) return
  const all = scope.file.services
  const off = isTree(all[other])
  const meant = off ? undefined : nearestWord(other, [...services.keys()])
  const message = off
    ? `\`${other}\` is switched off by its profiles or replicas.`
    : `There is no service \`${other.slice(0, 60)}\`.`
  scope.findings.error(at, 'compose.unknown-service', message, {
    expected:
      off || meant !== undefined ? undefined : `one of ${[...services.keys()].slice(0, 20).join(', ')}`,
    mend: off
      ? 'switch its profile on with COMPOSE_PROFILES, or write `required: false`'
      : meant === undefined
        ? undefined
        : `write \`${meant}\``,
  })
}

function refuseCircles(order: Order, { findings }: Scope): void {
  const selves = [...order.dependsOn].filter(([key, edges]) => edges.some(({ service }) => service === key))
  const circles = [
    ...selves.map(([key]) => [key, key]),
    ...findCircles(Array.from(order.dependsOn, ([name, dependsOn]) => ({ name, dependsOn }))),
  ]
  for (const circle of circles) {
    findings.error(
      ['services', circle[0] ?? '', 'depends_on'],
      'compose.circle',
      `Services wait for each other: ${circle.join(' → ')}.`,
      { at: 'key', mend: 'break the circle' },
    )
  }
}
