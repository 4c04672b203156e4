import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import type { Health, Port, Probe } from '../workload.ts'
import type { SubletHealth, SubletProbe } from './service-schema.ts'
import { ms, positive } from './sublet-values.ts'

export const defaultHealth = { intervalMs: 10_000, timeoutMs: 5_000, retries: 3, startPeriodMs: 0 } as const

export function normalHealth(
  findings: Findings,
  path: Path,
  file: SubletHealth,
  ports: readonly Port[],
): { health: Health } | object {
  const probe = normalProbe(findings, path, file, ports)
  if (probe === undefined) return {}
  const also = file.also?.flatMap((each, index) => {
    const further = normalProbe(findings, [...path, 'also', index], each, ports)
    return further === undefined ? [] : [{ probe: further, startOnly: each['start-only'] ?? false }]
  })
  const interval = positive(findings, [...path, 'interval'], ms(file.interval))
  const timeout = positive(findings, [...path, 'timeout'], ms(file.timeout))
  return {
    health: {
      probe,
      intervalMs: interval ?? defaultHealth.intervalMs,
      timeoutMs: timeout ?? defaultHealth.timeoutMs,
      retries: file.retries ?? defaultHealth.retries,
      startPeriodMs: ms(file['start-period']) ?? defaultHealth.startPeriodMs,
      ...(file['start-only'] === true ? { startOnly: true } : {}),
      ...(also === undefined || also.length === 0 ? {} : { also }),
    },
  }
}

function normalProbe(
  findings: Findings,
  path: Path,
  file: SubletProbe,
  ports: readonly Port[],
): Probe | undefined {
  const kinds = (['http', 'tcp', 'websocket', 'command'] as const).filter((kind) => file[kind] !== undefined)
  if (kinds.length !== 1) {
    findings.error(path, 'sublet.health', 'Say one way to know that the service is well.', {
      expected: 'one of http, tcp, websocket, command',
    })
    return undefined
  }
  const port = file.port ?? ports.find((candidate) => candidate.protocol === 'http')?.port
  if (port === undefined && (file.http !== undefined || file.websocket !== undefined)) {
    findings.error(path, 'sublet.health-port', 'There is no HTTP port to ask.', {
      mend: 'add `port: 8080` here',
    })
  }
  return probeOf(file, port ?? 0)
}

function probeOf(file: SubletProbe, port: number): Probe {
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
