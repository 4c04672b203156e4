import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import type { Health, Port } from '../workload.ts'
import type { SubletHealth } from './sublet-schema.ts'
import { ms, positive } from './sublet-values.ts'

export const defaultHealth = { intervalMs: 10_000, timeoutMs: 5_000, retries: 3, startPeriodMs: 0 } as const

export function normalHealth(
  findings: Findings,
  path: Path,
  file: SubletHealth,
  ports: readonly Port[],
): { health: Health } | object {
  const kinds = (['http', 'tcp', 'websocket', 'command'] as const).filter((kind) => file[kind] !== undefined)
  if (kinds.length !== 1) {
    findings.error(path, 'sublet.health', 'Say one way to know that the service is well.', {
      expected: 'one of http, tcp, websocket, command',
    })
    return {}
  }
  const port = file.port ?? ports.find((candidate) => candidate.protocol === 'http')?.port
  if (port === undefined && (file.http !== undefined || file.websocket !== undefined)) {
    findings.error(path, 'sublet.health-port', 'There is no HTTP port to ask.', {
      mend: 'add `port: 8080` here',
    })
  }
  const probe = probeOf(file, port ?? 0)
  const interval = positive(findings, [...path, 'interval'], ms(file.interval))
  const timeout = positive(findings, [...path, 'timeout'], ms(file.timeout))
  return {
    health: {
      probe,
      intervalMs: interval ?? defaultHealth.intervalMs,
      timeoutMs: timeout ?? defaultHealth.timeoutMs,
      retries: file.retries ?? defaultHealth.retries,
      startPeriodMs: ms(file['start-period']) ?? defaultHealth.startPeriodMs,
    },
  }
}

function probeOf(file: SubletHealth, port: number): Health['probe'] {
  if (file.tcp !== undefined) return { kind: 'tcp', port: file.tcp }
  if (file.command !== undefined) return { kind: 'command', command: file.command }
  if (file.websocket !== undefined) {
    return {
      kind: 'websocket',
      port,
      path: file.websocket,
      ...(file.expect === undefined ? {} : { expect: file.expect }),
    }
  }
  return {
    kind: 'http',
    port,
    path: file.http ?? '/',
    method: file.method ?? 'GET',
    ...(file.status === undefined ? {} : { expectStatus: file.status }),
    ...(file.headers === undefined ? {} : { headers: file.headers }),
    ...(file.body === undefined ? {} : { body: file.body }),
  }
}
