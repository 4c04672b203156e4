import { mebibyte } from '../../units/units.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { compareText } from '../source/records.ts'
import type { Port } from '../workload.ts'
import type { SubletPort, SubletService } from './service-schema.ts'
import { bytes, ms, positive, sorted } from './sublet-values.ts'

export const defaultHttp = {
  maxBodyBytes: mebibyte,
  readTimeoutMs: 60_000,
  sendTimeoutMs: 60_000,
  nextTries: 3,
  nextTimeoutMs: 0,
  nextCases: ['error', 'timeout'],
} as const

const hostName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/

export function normalPorts(findings: Findings, path: Path, file: SubletService): Port[] {
  const listed = (file.ports ?? []).map((port, index) => ({ port, path: [...path, 'ports', index] as Path }))
  const all =
    file.port === undefined ? listed : [{ port: file.port, path: [...path, 'port'] as Path }, ...listed]
  const seen = new Set<string>()
  const ports = all.map(({ port, path: at }) => {
    const normal = normalPort(findings, at, port)
    const key = `${normal.port} ${normal.as} ${normal.protocol}`
    if (seen.has(key)) {
      findings.error(at, 'sublet.duplicate-port', `Port ${normal.port} is listed twice.`, {
        mend: 'keep one of the two',
      })
    }
    seen.add(key)
    return normal
  })
  return ports.sort((a, b) => a.port - b.port || a.as - b.as || compareText(a.protocol, b.protocol))
}

/** A WebSocket begins as an HTTP request, so both take the same way in. */
function spokenOver(protocol: string): Port['protocol'] {
  return protocol === 'tcp' || protocol === 'udp' ? protocol : 'http'
}

function normalPort(findings: Findings, path: Path, port: SubletPort): Port {
  if (typeof port !== 'object') {
    const [digits, protocol = 'http'] = String(port).split('/')
    const number = Number(digits)
    if (number < 1 || number > 65535) {
      findings.error(path, 'sublet.value', `There is no port ${number}.`, {
        expected: 'a port from 1 to 65535',
      })
    }
    return {
      port: number,
      as: number,
      protocol: spokenOver(protocol),
      public: true,
      hosts: [],
      allow: [],
    }
  }
  const protocol = spokenOver(port.protocol ?? 'http')
  for (const [index, host] of (port.hosts ?? []).entries()) {
    if (hostName.test(host)) continue
    findings.error([...path, 'hosts', index], 'sublet.host', `\`${host}\` is not a host name.`, {
      expected: 'lower-case letters, digits, hyphens and dots',
    })
  }
  if (port.http !== undefined && protocol !== 'http') {
    findings.error([...path, 'http'], 'sublet.http-options', 'Only HTTP ports have HTTP options.', {
      mend: 'leave `http` out',
    })
  }
  if (port.certificate !== undefined && (protocol !== 'http' || (port.hosts ?? []).length === 0)) {
    findings.error(
      [...path, 'certificate'],
      'sublet.certificate',
      'A certificate is for hosts of an HTTP port.',
      {
        mend: 'name its `hosts`, or leave `certificate` out',
      },
    )
  }
  const http = port.http
  return {
    port: port.port,
    as: port.as ?? port.port,
    protocol,
    public: port.public ?? true,
    hosts: port.hosts ?? [],
    allow: sorted(port.allow ?? []),
    ...(port.certificate === undefined ? {} : { certificate: port.certificate }),
    ...(port.ip === undefined ? {} : { ip: port.ip }),
    ...(http === undefined
      ? {}
      : {
          http: {
            maxBodyBytes:
              positive(findings, [...path, 'http', 'max-body'], bytes(http['max-body'])) ??
              defaultHttp.maxBodyBytes,
            readTimeoutMs:
              positive(findings, [...path, 'http', 'read-timeout'], ms(http['read-timeout'])) ??
              defaultHttp.readTimeoutMs,
            sendTimeoutMs:
              positive(findings, [...path, 'http', 'send-timeout'], ms(http['send-timeout'])) ??
              defaultHttp.sendTimeoutMs,
            nextTries: http['next-tries'] ?? defaultHttp.nextTries,
            nextTimeoutMs: ms(http['next-timeout']) ?? defaultHttp.nextTimeoutMs,
            nextCases: http['next-cases'] ?? [...defaultHttp.nextCases],
            ...(http['proxy-buffer'] === undefined
              ? {}
              : {
                  proxyBufferBytes:
                    positive(findings, [...path, 'http', 'proxy-buffer'], bytes(http['proxy-buffer'])) ?? 0,
                }),
          },
        }),
  }
}
