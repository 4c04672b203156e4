import { compareText } from '../source/records.ts'
import type { Port } from '../workload.ts'
import { buildHttpOptions } from './manifest.ts'
import { noHttpOptions, type SdlExpose } from './sdl.ts'

/**
 * Ports in the normal form. A public TCP port that others see as 80 is HTTP; every other public one is what Akash gives
 * a random port, plain TCP or UDP.
 */
export function normalPorts(exposes: readonly SdlExpose[]): Port[] {
  const all: Port[] = []
  for (const expose of exposes) addPorts(all, expose)
  if (all.length < 2) return all
  const ports: Port[] = []
  for (const port of all.sort(comparePorts)) {
    const last = ports.at(-1)
    if (last !== undefined && comparePorts(last, port) === 0) ports[ports.length - 1] = merged(last, port)
    else ports.push(port)
  }
  return ports
}

function merged(known: Port, port: Port): Port {
  // One that every service may reach stays so.
  const isOpen = known.allow.length === 0 || port.allow.length === 0
  return {
    ...known,
    hosts: distinct([...known.hosts, ...port.hosts]),
    allow: isOpen ? [] : sortedDistinct([...known.allow, ...port.allow]),
  }
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

/** A list of its own, each text once. */
function distinct(list: readonly string[]): string[] {
  return list.length < 2 ? list.slice() : [...new Set(list)]
}

/** The same in byte order. */
export function sortedDistinct(list: readonly string[]): string[] {
  return list.length < 2 ? list.slice() : [...new Set(list)].sort(compareText)
}

function addPorts(ports: Port[], expose: SdlExpose): void {
  // Akash lets any number pass as the outer port.
  const as = expose.as === 0 || expose.as > 65535 ? expose.port : expose.as
  const udp = expose.proto.toUpperCase() === 'UDP'
  const services: string[] = []
  const addresses: string[] = []
  for (const { service, global, ip } of expose.to) {
    if (global) addresses.push(ip)
    else if (service !== '') services.push(service)
  }
  const allow = sortedDistinct(services)
  const hosts = distinct(expose.accept ?? [])
  if (addresses.length === 0) {
    ports.push({ port: expose.port, as, protocol: udp ? 'udp' : 'tcp', public: false, hosts, allow })
    return
  }
  const protocol = udp ? 'udp' : as === 80 ? 'http' : 'tcp'
  const http = protocol === 'http' ? httpOf(expose) : undefined
  for (const ip of distinct(addresses)) {
    const port: Port = { port: expose.port, as, protocol, public: true, hosts, allow }
    if (ip !== '') port.ip = ip
    if (http !== undefined) port.http = http
    ports.push(port)
  }
}

/** Absent where everything is the default. */
function httpOf(expose: SdlExpose): Port['http'] {
  const { httpOptions } = expose
  const isPlain =
    httpOptions === noHttpOptions ||
    Object.values(httpOptions).every((option) => option === 0 || option === null)
  if (isPlain) return undefined
  const options = buildHttpOptions(httpOptions)
  return {
    maxBodyBytes: options.maxBodySize,
    readTimeoutMs: options.readTimeout,
    sendTimeoutMs: options.sendTimeout,
    nextTries: options.nextTries,
    nextTimeoutMs: options.nextTimeout,
    nextCases: options.nextCases,
    ...(options.proxyBufferSize === undefined ? {} : { proxyBufferBytes: options.proxyBufferSize }),
  }
}
