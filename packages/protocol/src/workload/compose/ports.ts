import type { Path } from '../source/places.ts'
import type { Port } from '../workload.ts'
import { composeCount } from './quantities.ts'
import type { Scope } from './scope.ts'
import type { ComposePort } from './service-schema.ts'

/**
 * Ports on which something other than HTTP is spoken, by old habit. Every other published TCP port is taken for HTTP,
 * as nearly everything that people rent machines for is; `app_protocol` says otherwise.
 */
const otherProtocols = new Set([
  20, 21, 22, 23, 25, 53, 88, 110, 111, 119, 123, 135, 139, 143, 161, 179, 194, 389, 443, 445, 465, 514, 554,
  587, 636, 853, 873, 989, 990, 993, 995, 1080, 1194, 1433, 1521, 1883, 1935, 2049, 2181, 2222, 2375, 2376,
  2379, 2380, 3128, 3268, 3306, 3389, 3478, 4222, 4369, 5060, 5061, 5222, 5432, 5433, 5671, 5672, 5900, 5901,
  6379, 6380, 6443, 6667, 7687, 8443, 8554, 8883, 9042, 9092, 9093, 9418, 9300, 10911, 11211, 19132, 25565,
  25575, 26379, 26656, 27015, 27017, 27018, 30303, 33060, 50000, 50051, 51820,
]) // prettier-ignore

const appProtocols: Readonly<Record<string, 'http' | 'tcp'>> = {
  http: 'http',
  http2: 'http',
  h2c: 'http',
  'kubernetes.io/h2c': 'http',
  ws: 'http',
  websocket: 'http',
  'kubernetes.io/ws': 'http',
  grpc: 'http',
  'grpc-web': 'http',
  tcp: 'tcp',
  tls: 'tcp',
  https: 'tcp',
  wss: 'tcp',
  'kubernetes.io/wss': 'tcp',
}

const maxPorts = 256

interface Published {
  target: number
  as: number
  protocol: 'tcp' | 'udp'
  appProtocol?: string | undefined
  hostIp: string
}

/** `ports` are public, `expose` is for the services beside; a port in both is public. */
export function mapPorts(
  ports: readonly ComposePort[],
  expose: readonly string[],
  path: Path,
  { findings }: Scope,
): Port[] {
  const found = new Map<string, Port>()
  if (ports.length > maxPorts || expose.length > maxPorts) {
    const key = ports.length > maxPorts ? 'ports' : 'expose'
    findings.error(
      [...path, key],
      'compose.too-many-ports',
      `A service may publish ${maxPorts} ports at most.`,
      {
        at: 'key',
        mend: 'list fewer',
      },
    )
    return []
  }
  for (const [index, entry] of ports.entries()) {
    const at = [...path, 'ports', index]
    const list = typeof entry === 'object' ? readLong(entry) : readShort(String(entry))
    if (typeof list === 'string') {
      findings.error(at, 'compose.port', `${list}.`, {
        expected: 'a port such as "8080:80", "53:53/udp" or "80"',
      })
      continue
    }
    for (const published of list) {
      const { target, as, hostIp } = published
      const protocol = protocolOf(published, at, findings)
      const isPublic = !isLoopback(hostIp)
      if (!isPublic) {
        findings.warn(
          at,
          'compose.loopback',
          `Port ${target} is published on the machine itself, so only services beside it reach it.`,
          {
            mend: `leave \`${hostIp}:\` out to publish it`,
          },
        )
      }
      const key = `${target} ${as} ${published.protocol}`
      if (found.has(key))
        findings.error(at, 'compose.port-twice', `Port ${as} is published twice.`, {
          mend: 'keep one of the two',
        })
      found.set(key, { port: target, as, protocol, public: isPublic, hosts: [], allow: [] })
    }
    if (found.size > maxPorts) {
      findings.error(at, 'compose.too-many-ports', `A service may publish ${maxPorts} ports at most.`, {
        mend: 'list fewer',
      })
      return []
    }
  }
  for (const [index, entry] of expose.entries()) {
    const list = readShort(entry)
    if (typeof list === 'string' || entry.includes(':')) {
      findings.error([...path, 'expose', index], 'compose.port', `\`${entry.slice(0, 40)}\` is no port.`, {
        expected: 'a port such as "80" or "53/udp"',
      })
      continue
    }
    for (const { target, protocol } of list) {
      const known = [...found.values()].some(
        (port) => port.port === target && (port.protocol === 'udp') === (protocol === 'udp'),
      )
      if (!known && found.size < maxPorts)
        found.set(`${target} ${target} ${protocol}`, {
          port: target,
          as: target,
          protocol,
          public: false,
          hosts: [],
          allow: [],
        })
    }
  }
  return [...found.values()].sort(
    (a, b) => a.port - b.port || a.as - b.as || (a.protocol < b.protocol ? -1 : 1),
  )
}

function isLoopback(address: string): boolean {
  return /^127\./.test(address) || address === '::1' || address === 'localhost'
}

function protocolOf(published: Published, at: Path, findings: Scope['findings']): Port['protocol'] {
  const { protocol, appProtocol, target, as } = published
  if (protocol === 'udp') return 'udp'
  if (appProtocol !== undefined) {
    const known = appProtocols[appProtocol.toLowerCase()]
    if (known !== undefined) return known
    findings.warn(
      [...at, 'app_protocol'],
      'compose.app-protocol',
      `\`${appProtocol.slice(0, 40)}\` is not known, so the port is plain TCP.`,
      {
        expected: `one of ${Object.keys(appProtocols).join(', ')}`,
      },
    )
    return 'tcp'
  }
  return otherProtocols.has(target) || otherProtocols.has(as) ? 'tcp' : 'http'
}

const short =
  /^(?:(?:\[([0-9a-fA-F:.]+)\]|(\d{1,3}(?:\.\d{1,3}){3}|localhost)):)?(?:(\d{0,5}(?:-\d{1,5})?):)?(\d{1,5}(?:-\d{1,5})?)(?:\/(tcp|udp))?$/

/** `[ADDRESS:][PUBLISHED:]TARGET[/PROTOCOL]`, with ranges. A complaint is a sentence without its full stop. */
function readShort(text: string): Published[] | string {
  const match = short.exec(text.trim().toLowerCase())
  const target = match === null ? undefined : rangeOf(match[4] ?? '')
  if (match === null || target === undefined) return `\`${text.slice(0, 40)}\` is no port`
  const protocol = match[5] === 'udp' ? 'udp' : 'tcp'
  const hostIp = match[1] ?? match[2] ?? ''
  const published = match[3] === undefined || match[3] === '' ? target : rangeOf(match[3])
  if (published === undefined) return `\`${text.slice(0, 40)}\` is no port`
  return pair(target, published, protocol, hostIp)
}

function pair(
  target: Range,
  published: Range,
  protocol: 'tcp' | 'udp',
  hostIp: string,
): Published[] | string {
  const size = target.to - target.from
  // One container port published at a range takes the first of it.
  if (size > 0 && published.to - published.from !== size) return 'The two ranges differ in length'
  if (size >= maxPorts) return `A service may publish ${maxPorts} ports at most`
  return Array.from({ length: size + 1 }, (_, index) => ({
    target: target.from + index,
    as: published.from + index,
    protocol,
    hostIp,
  }))
}

function readLong(entry: Exclude<ComposePort, string | number>): Published[] | string {
  const target = rangeOf(String(entry.target))
  const published =
    entry.published === undefined || entry.published === '' ? target : rangeOf(entry.published)
  if (target === undefined || target.from !== target.to)
    return `\`${String(entry.target).slice(0, 40)}\` is no port`
  if (published === undefined) return `\`${String(entry.published).slice(0, 40)}\` is no port`
  const list = pair(target, published, entry.protocol ?? 'tcp', entry.host_ip ?? '')
  return typeof list === 'string' ? list : list.map((port) => ({ ...port, appProtocol: entry.app_protocol }))
}

interface Range {
  from: number
  to: number
}

function rangeOf(text: string): Range | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (match === null) return undefined
  const from = composeCount(match[1]) ?? 0
  const to = match[2] === undefined ? from : (composeCount(match[2]) ?? 0)
  return from >= 1 && from <= to && to <= 65535 ? { from, to } : undefined
}
