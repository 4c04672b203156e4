import { compareText } from '../source/records.ts'
import type { Port } from '../workload.ts'
import { buildHttpOptions } from './manifest.ts'
import type { SdlExpose } from './sdl.ts'

/**
 * Ports in the normal form. A public TCP port that others see as 80 is HTTP; every other public one is what Akash gives
 * a random port, plain TCP or UDP.
 */
export function normalPorts(exposes: readonly SdlExpose[]): Port[] {
  const ports = new Map<string, Port>()
  for (const expose of exposes) {
    for (const port of portsOf(expose)) {
      const key = `${port.port} ${port.as} ${port.protocol} ${port.public} ${port.ip ?? ''}`
      const known = ports.get(key)
      // One that every service may reach stays so.
      const allow =
        known === undefined || port.allow.length === 0 || known.allow.length === 0 ? [] : known.allow
      ports.set(
        key,
        known === undefined
          ? port
          : {
              ...known,
              hosts: union(known.hosts, port.hosts),
              allow: allow.length === 0 ? [] : union(allow, port.allow).sort(compareText),
            },
      )
    }
  }
  return [...ports.values()].sort(comparePorts)
}

export function comparePorts(a: Port, b: Port): number {
  return (
    a.port - b.port ||
    a.as - b.as ||
    compareText(a.protocol, b.protocol) ||
    Number(b.public) - Number(a.public) ||
    compareText(a.ip ?? '', b.ip ?? '')
  )
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])]
}

function portsOf(expose: SdlExpose): Port[] {
  // Akash lets any number pass as the outer port.
  const as = expose.as === 0 || expose.as > 65535 ? expose.port : expose.as
  const udp = expose.proto.toUpperCase() === 'UDP'
  const allow = union(
    expose.to.filter(({ service, global }) => service !== '' && !global).map(({ service }) => service),
    [],
  ).sort(compareText)
  const ips = new Set(expose.to.filter(({ global }) => global).map(({ ip }) => ip))
  const hosts = union(expose.accept ?? [], [])
  if (ips.size === 0) {
    return [{ port: expose.port, as, protocol: udp ? 'udp' : 'tcp', public: false, hosts, allow }]
  }
  const protocol = udp ? 'udp' : as === 80 ? 'http' : 'tcp'
  const http = protocol === 'http' ? httpOf(expose) : {}
  return [...ips].map((ip) => ({
    port: expose.port,
    as,
    protocol,
    public: true,
    hosts,
    allow,
    ...(ip === '' ? {} : { ip }),
    ...http,
  }))
}

/** Absent where everything is the default. */
function httpOf(expose: SdlExpose): Pick<Port, 'http'> {
  const { httpOptions } = expose
  const plain = Object.values(httpOptions).every((option) => option === 0 || option === null)
  if (plain) return {}
  const options = buildHttpOptions(httpOptions)
  return {
    http: {
      maxBodyBytes: options.maxBodySize,
      readTimeoutMs: options.readTimeout,
      sendTimeoutMs: options.sendTimeout,
      nextTries: options.nextTries,
      nextTimeoutMs: options.nextTimeout,
      nextCases: options.nextCases,
      ...(options.proxyBufferSize === undefined ? {} : { proxyBufferBytes: options.proxyBufferSize }),
    },
  }
}
