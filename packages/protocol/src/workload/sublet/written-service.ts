import { formatBytes, formatCpu, formatDuration } from '../../units/quantity.ts'
import { vendorOfModel } from '../gpu-model.ts'
import type { EnvEntry, Gpu, Health, Port, Service } from '../workload.ts'
import { defaultHealth } from './sublet-health.ts'
import { defaultHttp } from './sublet-ports.ts'
import {
  defaultBeforeStopMs,
  defaultFileMode,
  defaultResources,
  defaultStopGraceMs,
} from './sublet-service.ts'
import { filled, listed, present, type Written } from './written.ts'

/** One service as it stands in a Sublet file, in the order of its reference page. */
export function writtenService(service: Service): Written {
  const { resources, job, restart } = service
  return present({
    image: service.image,
    command: service.command,
    args: service.args,
    'working-dir': service.workingDir,
    user: service.user,
    cpu: resources.cpuMillis === defaultResources.cpuMillis ? undefined : formatCpu(resources.cpuMillis),
    arch: resources.cpuArch,
    memory:
      resources.memoryBytes === defaultResources.memoryBytes ? undefined : formatBytes(resources.memoryBytes),
    storage:
      resources.storageBytes === defaultResources.storageBytes
        ? undefined
        : formatBytes(resources.storageBytes),
    gpu: resources.gpu === undefined ? undefined : writtenGpu(resources.gpu),
    ports: listed(service.ports.map(writtenPort)),
    env: service.env.length === 0 ? undefined : Object.fromEntries(service.env.map(writtenEnv)),
    volumes: writtenVolumes(service),
    files: writtenFiles(service),
    fetch: listed(service.fetches.map(writtenFetch)),
    registry: writtenCredentials(service),
    aliases: listed(service.aliases),
    health: service.health === undefined ? undefined : writtenHealth(service.health),
    restart: writtenRestart(restart, job === undefined ? 'always' : 'never'),
    replicas: service.replicas === 1 ? undefined : service.replicas,
    'depends-on': writtenDependencies(service),
    'stop-with': listed(service.stopWith),
    job: job === undefined ? undefined : (filled(writtenJob(job)) ?? true),
    'read-only': service.readOnlyRoot ? true : undefined,
    'stop-grace':
      service.stopGraceMs === defaultStopGraceMs ? undefined : formatDuration(service.stopGraceMs),
    'before-stop':
      service.beforeStop === undefined
        ? undefined
        : present({
            command: service.beforeStop.command,
            timeout: unless(service.beforeStop.timeoutMs, defaultBeforeStopMs),
          }),
    permissions: listed(service.permissions),
    tee: service.tee,
    isolation: service.isolation,
    late:
      service.late === undefined ? undefined : { ...service.late, args: JSON.stringify(service.late.args) },
  })
}

function writtenGpu({ count, anyOf, minMemoryBytes }: Gpu): unknown {
  const memory = minMemoryBytes === undefined ? undefined : formatBytes(minMemoryBytes)
  if (anyOf.length === 0) return memory === undefined ? count : { count, memory }
  const [first] = anyOf
  if (anyOf.length === 1 && first !== undefined && Object.keys(first).length === 1)
    return present({ vendor: first.vendor, count, memory })
  const models = anyOf.flatMap((kind) =>
    kind.model !== undefined && kind.vendor === vendorOfModel(kind.model) && Object.keys(kind).length === 2
      ? [kind.model]
      : [],
  )
  if (models.length === anyOf.length)
    return present({ model: models.length === 1 ? models[0] : models, count, memory })
  const kinds = anyOf.map(({ memoryBytes, ...kind }) =>
    present({ ...kind, memory: memoryBytes === undefined ? undefined : formatBytes(memoryBytes) }),
  )
  return present({ 'any-of': kinds, count, memory })
}

function writtenPort(port: Port): unknown {
  const { http } = port
  const written = present({
    as: port.as === port.port ? undefined : port.as,
    protocol: port.protocol === 'http' ? undefined : port.protocol,
    public: port.public ? undefined : false,
    hosts: listed(port.hosts),
    certificate: port.certificate,
    allow: listed(port.allow),
    ip: port.ip,
    http:
      http === undefined
        ? undefined
        : present({
            'max-body': formatBytes(http.maxBodyBytes),
            'read-timeout': unless(http.readTimeoutMs, defaultHttp.readTimeoutMs),
            'send-timeout': unless(http.sendTimeoutMs, defaultHttp.sendTimeoutMs),
            'next-tries': http.nextTries === defaultHttp.nextTries ? undefined : http.nextTries,
            'next-timeout': unless(http.nextTimeoutMs, defaultHttp.nextTimeoutMs),
            'next-cases': http.nextCases.join() === defaultHttp.nextCases.join() ? undefined : http.nextCases,
            'proxy-buffer':
              http.proxyBufferBytes === undefined ? undefined : formatBytes(http.proxyBufferBytes),
          }),
  })
  return Object.keys(written).length === 0 ? port.port : { port: port.port, ...written }
}

function unless(ms: number, usual: number): string | undefined {
  return ms === usual ? undefined : formatDuration(ms)
}

function writtenEnv(entry: EnvEntry): [string, unknown] {
  return [entry.name, 'secret' in entry ? { secret: entry.secret } : entry.value]
}

function writtenVolumes({ resources, mounts }: Service): Written | undefined {
  return filled(
    Object.fromEntries(
      resources.volumes.map((volume) => {
        const places = mounts
          .filter((mount) => mount.volume === volume.name)
          .map(({ path, readOnly }) => (readOnly ? { path, 'read-only': true } : path))
        const written = present({
          size: formatBytes(volume.sizeBytes),
          class: volume.class === 'default' ? undefined : volume.class,
          persistent: volume.persistent ? true : undefined,
          shared: volume.shared ? true : undefined,
          mount: places.length === 1 ? places[0] : listed(places),
        })
        return [volume.name, written]
      }),
    ),
  )
}

function writtenFiles({ files }: Service): Written | undefined {
  return filled(
    Object.fromEntries(
      files.map(({ path, mode, content, secret }) => {
        if (mode === defaultFileMode && content !== undefined) return [path, content]
        const octal = mode === defaultFileMode ? undefined : mode.toString(8).padStart(4, '0')
        return [path, present({ content, secret, mode: octal })]
      }),
    ),
  )
}

function writtenFetch(fetch: Service['fetches'][number]): Written {
  return present({
    [fetch.kind]: fetch.source,
    to: fetch.target,
    revision: fetch.revision,
    files: listed(fetch.files),
    'read-only': fetch.readOnly ? undefined : false,
    secret: fetch.secret,
    region: fetch.region,
    bucket: fetch.bucket,
    credentials: fetch.credentials,
  })
}

function writtenCredentials({ credentials }: Service): Written | undefined {
  if (credentials === undefined) return undefined
  const { host, username, password, email } = credentials
  return present({ host, username, password, email: email === '' ? undefined : email })
}

function writtenHealth(health: Health): Written {
  const { probe, intervalMs, timeoutMs, retries, startPeriodMs, startOnly, also } = health
  return present({
    ...writtenProbe(probe),
    interval: unless(intervalMs, defaultHealth.intervalMs),
    timeout: unless(timeoutMs, defaultHealth.timeoutMs),
    retries: retries === defaultHealth.retries ? undefined : retries,
    'start-period': unless(startPeriodMs, defaultHealth.startPeriodMs),
    'start-only': startOnly ? true : undefined,
    also: also?.map((each) =>
      present({ ...writtenProbe(each.probe), 'start-only': each.startOnly ? true : undefined }),
    ),
  })
}

function writtenProbe(probe: Health['probe']): Written {
  if (probe.kind === 'tcp') return { tcp: probe.port }
  if (probe.kind === 'command') return { command: probe.command }
  if (probe.kind === 'websocket')
    return present({ websocket: probe.path, port: probe.port, expect: probe.expect })
  return present({
    http: probe.path,
    port: probe.port,
    method: probe.method === 'GET' ? undefined : probe.method,
    status: probe.expectStatus,
    headers: probe.headers,
    body: probe.body,
  })
}

function writtenRestart({ policy, maxRetries }: Service['restart'], usual: string): unknown {
  if (maxRetries !== undefined) return { policy, 'max-retries': maxRetries }
  return policy === usual ? undefined : policy
}

function writtenDependencies({ dependsOn }: Service): unknown {
  if (dependsOn.length === 0) return undefined
  if (dependsOn.every(({ condition }) => condition === 'started'))
    return dependsOn.map(({ service }) => service)
  return Object.fromEntries(dependsOn.map(({ service, condition }) => [service, condition]))
}

function writtenJob({ timeoutMs, results }: NonNullable<Service['job']>): Written {
  const written = results.map(({ name, regex, streams }) => [
    name,
    streams.join() === 'stdout,stderr' ? regex : { regex, from: streams },
  ])
  return present({
    timeout: timeoutMs === undefined ? undefined : formatDuration(timeoutMs),
    results: results.length === 0 ? undefined : Object.fromEntries(written),
  })
}
