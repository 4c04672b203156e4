import { parseBytes, parseCpu, parseDuration } from '../../units/quantity.ts'
import { mebibyte } from '../../units/units.ts'
import { looksSecret } from '../clear-secret.ts'
import { normalModel, vendorOfModel } from '../gpu-model.ts'
import { regexProblem } from '../regex.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { compareText } from '../source/records.ts'
import type { EnvEntry, Gpu, Health, Port, Resources, Service } from '../workload.ts'
import type { SubletGpu, SubletHealth, SubletPort, SubletService } from './sublet-schema.ts'

/** What a service gets when its file does not say. */
export const defaultResources = {
  cpuMillis: 500,
  memoryBytes: 512 * mebibyte,
  storageBytes: 1024 * mebibyte,
} as const
export const defaultHealth = { intervalMs: 10_000, timeoutMs: 5_000, retries: 3, startPeriodMs: 0 } as const
export const defaultHttp = {
  maxBodyBytes: mebibyte,
  readTimeoutMs: 60_000,
  sendTimeoutMs: 60_000,
  nextTries: 3,
  nextTimeoutMs: 0,
  nextCases: ['error', 'timeout'],
} as const
export const defaultStopGraceMs = 10_000
export const defaultFileMode = 0o644

const hostName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/
const envName = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/

/** One service of a file that the schema accepted, as the normal form; what the schema cannot see is reported. */
export function normalService(findings: Findings, path: Path, name: string, file: SubletService): Service {
  const ports = normalPorts(findings, path, file)
  const mounts = normalMounts(findings, path, file)
  const job = normalJob(findings, path, file)
  return {
    name,
    image: file.image,
    ...(file.command === undefined ? {} : { command: file.command }),
    ...(file.args === undefined ? {} : { args: file.args }),
    ...(file['working-dir'] === undefined ? {} : { workingDir: file['working-dir'] }),
    ...(file.user === undefined ? {} : { user: file.user }),
    env: normalEnv(findings, path, file),
    resources: normalResources(findings, path, file),
    mounts,
    files: normalFiles(findings, path, file),
    fetches: normalFetches(findings, path, file),
    ports,
    aliases: sorted(file.aliases ?? []),
    ...(file.registry === undefined
      ? {}
      : { credentials: { ...file.registry, email: file.registry.email ?? '' } }),
    ...(file.health === undefined ? {} : normalHealth(findings, [...path, 'health'], file.health, ports)),
    restart: normalRestart(file),
    replicas: file.replicas ?? 1,
    dependsOn: normalDependencies(file),
    stopWith: sorted(file['stop-with'] ?? []),
    ...(job === undefined ? {} : { job }),
    readOnlyRoot: file['read-only'] ?? false,
    stopGraceMs: ms(file['stop-grace']) ?? defaultStopGraceMs,
    permissions: sorted(file.permissions ?? []),
    ...(file.tee === undefined ? {} : { tee: file.tee }),
  }
}

function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].sort(compareText)
}

// The schema has accepted these, so they parse.
function ms(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseDuration(value)
}

function bytes(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseBytes(value)
}

function positive(findings: Findings, path: Path, value: number | undefined): number | undefined {
  if (value === 0)
    findings.error(path, 'sublet.zero', `\`${path.at(-1)}\` cannot be zero.`, { expected: 'more than zero' })
  return value
}

function normalResources(findings: Findings, path: Path, file: SubletService): Resources {
  const volumes = Object.entries(file.volumes ?? {}).map(([name, volume]) => {
    const at = [...path, 'volumes', name]
    const kind = volume.class ?? 'default'
    const persistent = volume.persistent ?? false
    if (kind === 'ram' && persistent) {
      findings.error(
        [...at, 'persistent'],
        'sublet.ram-persistent',
        'A volume in memory cannot be persistent.',
        {
          mend: 'choose another class, or leave `persistent` out',
        },
      )
    }
    if (volume.mount === undefined) {
      findings.warn(at, 'sublet.not-mounted', `The volume \`${name}\` is not mounted anywhere.`, {
        at: 'key',
        mend: 'add `mount: /path`',
      })
    }
    return {
      name,
      sizeBytes: positive(findings, [...at, 'size'], bytes(volume.size)) ?? 0,
      class: kind,
      persistent,
    }
  })
  return {
    cpuMillis: file.cpu === undefined ? defaultResources.cpuMillis : (parseCpu(file.cpu) ?? 0),
    ...(file.arch === undefined ? {} : { cpuArch: file.arch }),
    memoryBytes: positive(findings, [...path, 'memory'], bytes(file.memory)) ?? defaultResources.memoryBytes,
    storageBytes: bytes(file.storage) ?? defaultResources.storageBytes,
    volumes: volumes.sort((a, b) => compareText(a.name, b.name)),
    ...(file.gpu === undefined ? {} : { gpu: normalGpu(findings, [...path, 'gpu'], file.gpu) }),
  }
}

function normalGpu(findings: Findings, path: Path, gpu: SubletGpu): Gpu {
  if (typeof gpu === 'number') return { count: gpu, anyOf: [] }
  const models = gpu.model === undefined ? [] : typeof gpu.model === 'string' ? [gpu.model] : gpu.model
  const anyOf: Gpu['anyOf'] = models.map((model) => ({
    vendor: gpu.vendor ?? vendorOfModel(model),
    model: normalModel(model),
  }))
  for (const [index, kind] of (gpu['any-of'] ?? []).entries()) {
    const vendor =
      kind.vendor ?? gpu.vendor ?? (kind.model === undefined ? undefined : vendorOfModel(kind.model))
    const memoryBytes = positive(findings, [...path, 'any-of', index, 'memory'], bytes(kind.memory))
    if (vendor === undefined) {
      findings.error([...path, 'any-of', index], 'sublet.gpu-kind', 'A GPU kind needs a vendor or a model.', {
        mend: 'add `vendor: nvidia`',
      })
    }
    anyOf.push({
      vendor: vendor ?? '',
      ...(kind.model === undefined ? {} : { model: normalModel(kind.model) }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(kind.interface === undefined ? {} : { interface: kind.interface }),
    })
  }
  if (anyOf.length === 0 && gpu.vendor !== undefined) anyOf.push({ vendor: gpu.vendor })
  const least = positive(findings, [...path, 'memory'], bytes(gpu.memory))
  return { count: gpu.count ?? 1, anyOf, ...(least === undefined ? {} : { minMemoryBytes: least }) }
}

function normalPorts(findings: Findings, path: Path, file: SubletService): Port[] {
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
      protocol: protocol as Port['protocol'],
      public: true,
      hosts: [],
      allow: [],
    }
  }
  const protocol = port.protocol ?? 'http'
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
  const http = port.http
  return {
    port: port.port,
    as: port.as ?? port.port,
    protocol,
    public: port.public ?? true,
    hosts: port.hosts ?? [],
    allow: sorted(port.allow ?? []),
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

function normalEnv(findings: Findings, path: Path, file: SubletService): EnvEntry[] {
  const entries = Object.entries(file.env ?? {}).map(([name, value]): EnvEntry => {
    const at = [...path, 'env', name]
    if (!envName.test(name)) {
      findings.error(at, 'sublet.env-name', `\`${name}\` cannot name an environment variable.`, {
        at: 'key',
        expected: 'letters, digits, `_`, `-` and `.`, not a digit first',
      })
    }
    if (typeof value === 'object') return { name, secret: value.secret }
    const text = String(value)
    if (looksSecret(name, text)) {
      findings.warn(at, 'workload.secret-in-clear', `\`${name}\` looks like a secret written in clear.`, {
        at: 'key',
        mend: `write \`${name}: {secret: ${name.toLowerCase().replace(/_/g, '-')}}\` and give its value when deploying`,
      })
    }
    return { name, value: text }
  })
  return entries.sort((a, b) => compareText(a.name, b.name))
}

function normalMounts(findings: Findings, path: Path, file: SubletService): Service['mounts'] {
  const taken = new Set<string>()
  const mounts = Object.entries(file.volumes ?? {}).flatMap(([volume, { mount }]) => {
    const list = mount === undefined ? [] : Array.isArray(mount) ? mount : [mount]
    return list.map((entry) => {
      const where = typeof entry === 'string' ? { path: entry } : entry
      const at = [...path, 'volumes', volume, 'mount']
      checkAbsolute(findings, at, where.path)
      if (taken.has(where.path)) {
        findings.error(at, 'sublet.duplicate-mount', `Two volumes are mounted at \`${where.path}\`.`)
      }
      taken.add(where.path)
      return { volume, path: where.path, readOnly: where['read-only'] ?? false }
    })
  })
  return mounts.sort((a, b) => compareText(a.path, b.path))
}

function checkAbsolute(findings: Findings, path: Path, value: string): void {
  if (value.startsWith('/') && !value.split('/').includes('..')) return
  findings.error(path, 'sublet.path', `\`${value}\` is not an absolute path.`, {
    mend: `write /${value.replace(/\.\.?\//g, '')}`,
  })
}

function normalFiles(findings: Findings, path: Path, file: SubletService): Service['files'] {
  const files = Object.entries(file.files ?? {}).map(([target, entry]) => {
    const at = [...path, 'files', target]
    checkAbsolute(findings, at, target)
    if (typeof entry === 'string') return { path: target, mode: defaultFileMode, content: entry }
    if ((entry.content === undefined) === (entry.secret === undefined)) {
      findings.error(at, 'sublet.file', 'A file needs either `content` or `secret`.', { at: 'key' })
    }
    const mode =
      typeof entry.mode === 'string' ? Number.parseInt(entry.mode, 8) : (entry.mode ?? defaultFileMode)
    return {
      path: target,
      mode,
      ...(entry.content === undefined ? {} : { content: entry.content }),
      ...(entry.secret === undefined ? {} : { secret: entry.secret }),
    }
  })
  return files.sort((a, b) => compareText(a.path, b.path))
}

const fetchKinds = ['s3', 'huggingface', 'ollama', 'http'] as const

function normalFetches(findings: Findings, path: Path, file: SubletService): Service['fetches'] {
  return (file.fetch ?? []).map((entry, index) => {
    const at = [...path, 'fetch', index]
    const kinds = fetchKinds.filter((kind) => entry[kind] !== undefined)
    if (kinds.length !== 1) {
      findings.error(at, 'sublet.fetch', 'Say one thing to fetch here.', {
        expected: `one of ${fetchKinds.join(', ')}`,
      })
    }
    checkAbsolute(findings, [...at, 'to'], entry.to)
    const kind = kinds[0] ?? 'http'
    return {
      kind,
      source: entry[kind] ?? '',
      target: entry.to,
      ...(entry.revision === undefined ? {} : { revision: entry.revision }),
      files: entry.files ?? [],
      readOnly: entry['read-only'] ?? true,
      ...(entry.secret === undefined ? {} : { secret: entry.secret }),
      ...(entry.region === undefined ? {} : { region: entry.region }),
    }
  })
}

function normalHealth(
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

function normalRestart(file: SubletService): Service['restart'] {
  if (file.restart === undefined) return { policy: file.job === undefined ? 'always' : 'never' }
  if (typeof file.restart === 'string') return { policy: file.restart }
  const retries = file.restart['max-retries']
  return { policy: file.restart.policy, ...(retries === undefined ? {} : { maxRetries: retries }) }
}

function normalDependencies(file: SubletService): Service['dependsOn'] {
  const given = file['depends-on'] ?? []
  const list = Array.isArray(given)
    ? sorted(given).map((service) => ({ service, condition: 'started' as const }))
    : Object.entries(given).map(([service, condition]) => ({ service, condition }))
  return list.sort((a, b) => compareText(a.service, b.service))
}

function normalJob(findings: Findings, path: Path, file: SubletService): Service['job'] {
  if (file.job === undefined) return undefined
  if (file.job === true) return { results: [] }
  const timeoutMs = positive(findings, [...path, 'job', 'timeout'], ms(file.job.timeout))
  const results = Object.entries(file.job.results ?? {}).map(([name, entry]) => {
    const regex = typeof entry === 'string' ? entry : entry.regex
    const problem = regexProblem(regex)
    if (problem !== undefined) {
      findings.error(
        [...path, 'job', 'results', name],
        'workload.regex',
        `The regular expression of \`${name}\` ${problem}.`,
      )
    }
    const from = typeof entry === 'string' ? undefined : entry.from
    return { name, regex, streams: from ?? (['stdout', 'stderr'] as const).slice() }
  })
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    results: results.sort((a, b) => compareText(a.name, b.name)),
  }
}
