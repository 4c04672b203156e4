import { parseCpu } from '../../units/quantity.ts'
import { mebibyte } from '../../units/units.ts'
import { normalModel, vendorOfModel } from '../gpu-model.ts'
import { regexProblem } from '../regex.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { compareText } from '../source/records.ts'
import type { EnvEntry, Gpu, Resources, Service } from '../workload.ts'
import type { SubletGpu, SubletService } from './service-schema.ts'
import { normalHealth } from './sublet-health.ts'
import { normalPorts } from './sublet-ports.ts'
import { bytes, ms, positive, sorted } from './sublet-values.ts'

/** What a service gets when its file does not say. */
export const defaultResources = {
  cpuMillis: 500,
  memoryBytes: 512 * mebibyte,
  storageBytes: 1024 * mebibyte,
} as const
export const defaultStopGraceMs = 10_000
export const defaultBeforeStopMs = 30_000
export const defaultFileMode = 0o644

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
    ...(file['before-stop'] === undefined
      ? {}
      : { beforeStop: normalBeforeStop(findings, path, file['before-stop']) }),
    permissions: sorted(file.permissions ?? []),
    ...(file.tee === undefined ? {} : { tee: file.tee }),
    ...(file.isolation === undefined ? {} : { isolation: file.isolation }),
    ...(file.late === undefined ? {} : { late: { ...file.late, args: JSON.parse(file.late.args) } }),
  }
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
      ...(volume.shared === true ? { shared: true } : {}),
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
    return { name, value: String(value) }
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
      ...(entry.bucket === undefined ? {} : { bucket: entry.bucket }),
      ...(entry.credentials === undefined ? {} : { credentials: entry.credentials }),
    }
  })
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

function normalBeforeStop(
  findings: Findings,
  path: Path,
  { command, timeout }: NonNullable<SubletService['before-stop']>,
): NonNullable<Service['beforeStop']> {
  const timeoutMs = positive(findings, [...path, 'before-stop', 'timeout'], ms(timeout))
  return { command, timeoutMs: timeoutMs ?? defaultBeforeStopMs }
}
