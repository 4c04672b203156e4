import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import type { Health, Port, Probe } from '../workload.ts'
import type { NosanaExpose } from './job-schema.ts'
import { literalsIn } from './literals.ts'

export type Report = Pick<Findings, 'error' | 'warn'> & { readonly isFull?: boolean }

/** As often as Nosana's hosts ask a service that starts; a model may take its time to load and to answer. */
const beat = { intervalMs: 5_000, timeoutMs: 60_000, retries: 3, startPeriodMs: 600_000 } as const

/** More ports than this are a mistake, or a way to exhaust a provider. */
const maxPorts = 256

type ExposeItem = Exclude<NosanaExpose, unknown[]>
type ExposedPort = Extract<ExposeItem, { port: unknown }>
type HealthCheck = NonNullable<ExposedPort['health_checks']>[number]

export interface Exposed {
  ports: Port[]
  health?: Health
}

/** Ports and health checks of an operation. Everything Nosana exposes is HTTP, WebSockets included. */
export function mapExpose(expose: NosanaExpose | undefined, path: Path, report: Report): Exposed {
  if (expose === undefined) return { ports: [] }
  const items = Array.isArray(expose) ? expose : [expose]
  const ports = new Map<number, Port>()
  const checks: { probe: Probe; startOnly: boolean }[] = []
  for (const [index, item] of items.entries()) {
    const at = Array.isArray(expose) ? [...path, index] : path
    const range = rangeOf(item, at, report)
    if (range === undefined) continue
    if (ports.size + range.to - range.from + 1 > maxPorts) {
      report.error(at, 'nosana.too-many-ports', `An operation may expose ${maxPorts} ports at most.`)
      break
    }
    for (let port = range.from; port <= range.to; port += 1) {
      if (ports.has(port)) {
        report.error(at, 'nosana.port-twice', `Port ${port} is exposed twice.`, {
          mend: 'keep one of the two',
        })
        break
      }
      ports.set(port, { port, as: port, protocol: 'http', public: true, hosts: [], allow: [] })
    }
    if (typeof item === 'object' && 'port' in item) {
      for (const check of item.health_checks ?? []) {
        checks.push({ probe: probeOf(check, range.from), startOnly: !check.continuous })
      }
    }
  }
  const list = [...ports.values()].sort((a, b) => a.port - b.port)
  const health = healthOf(checks)
  return { ports: list, ...(health === undefined ? {} : { health }) }
}

function rangeOf(item: ExposeItem, path: Path, report: Report): { from: number; to: number } | undefined {
  const port = typeof item === 'object' ? ('port' in item ? item.port : undefined) : item
  if (port === undefined) return undefined
  if (typeof port === 'number') return { from: port, to: port }
  const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(port)
  const from = Number(range?.[1])
  const to = Number(range?.[2] ?? range?.[1])
  if (from >= 1 && from <= to && to <= 65535) return { from, to }
  if (literalsIn(port).length === 0) {
    report.warn(path, 'nosana.port-unknown', `\`${port}\` names no port, so none is opened for it.`, {
      expected: 'a port from 1 to 65535, or a literal such as %%ops.train.results.port%%',
    })
  }
  return undefined
}

function probeOf(check: HealthCheck, port: number): Probe {
  if (check.type === 'websocket')
    return { kind: 'websocket', port, path: '/', expect: check.expected_response }
  const { headers, body } = check
  return {
    kind: 'http',
    port,
    path: check.path.startsWith('/') ? check.path : `/${check.path}`,
    method: check.method,
    expectStatus: Math.trunc(check.expected_status),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined || body === null
      ? {}
      : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }
}

/** The first check that goes on leads; where none does, the first. */
function healthOf(checks: readonly { probe: Probe; startOnly: boolean }[]): Health | undefined {
  const lead = checks.find((check) => !check.startOnly) ?? checks[0]
  if (lead === undefined) return undefined
  const also = checks.filter((check) => check !== lead)
  return {
    probe: lead.probe,
    ...beat,
    ...(lead.startOnly ? { startOnly: true } : {}),
    ...(also.length === 0 ? {} : { also }),
  }
}
