import { formatBytes } from '../../units/quantity.ts'
import { filled, listed, present, type Written } from '../sublet/written.ts'
import type { EnvEntry, Gpu, Port, Service, Volume } from '../workload.ts'
import { type Lose, loseService } from './losses.ts'
import { storageClasses } from './normal-form.ts'

export function writtenService(service: Service, lose: Lose): Written {
  loseService(service, lose)
  const { credentials } = service
  if (credentials !== undefined && credentials.email !== '')
    lose(`the e-mail address of ${service.name}'s credentials`, { service: service.name })
  return present({
    image: service.image,
    command: listed(service.command ?? []),
    args: listed(service.args ?? []),
    env: listed(service.env.map(writtenEnv)),
    expose: listed(service.ports.map((port) => writtenPort(service.name, port, lose))),
    params: filled(
      present({
        storage: writtenMounts(service, lose),
        permissions: service.permissions.length === 0 ? undefined : { read: service.permissions },
        tee: service.tee,
      }),
    ),
    credentials:
      credentials === undefined
        ? undefined
        : { host: credentials.host, username: credentials.username, password: credentials.password },
  })
}

function writtenEnv(entry: EnvEntry): string {
  return `${entry.name}=${'secret' in entry ? `ac-secret://${entry.secret}` : entry.value}`
}

function writtenPort(service: string, port: Port, lose: Lose): Written {
  const part = { service, port: port.port }
  const web = port.public && port.protocol === 'http'
  if (web && port.as !== 80)
    lose(`the outer port ${port.as} of ${service}, which becomes 80, as Akash's HTTP has no other`, part)
  if (port.public && port.protocol === 'tcp' && port.as === 80)
    lose(`that port ${port.port} of ${service} is not HTTP`, part)
  if (!port.public && port.protocol === 'http')
    lose(`that the inner port ${port.port} of ${service} is HTTP`, part)
  const as = web ? 80 : port.as
  const allowed = port.allow.map((name) => ({ service: name }))
  // Hosts are claimed once for each target, so a port with hosts has only one.
  const single = port.hosts.length > 0
  if (single && allowed.length > (port.public ? 0 : 1))
    lose(`who may reach port ${port.port} of ${service} from inside`, part)
  const outer = port.public ? [present({ global: true, ip: port.ip })] : []
  if (!port.public && port.ip !== undefined)
    lose(`the IP address of the inner port ${port.port} of ${service}`, part)
  const to = single ? [...outer, ...allowed].slice(0, 1) : [...outer, ...allowed]
  return present({
    port: port.port,
    // Akash tells ports of one address apart by what is written here, so it is written.
    as: as === port.port && port.ip === undefined ? undefined : as,
    proto: port.protocol === 'udp' ? 'udp' : undefined,
    accept: listed(port.hosts),
    to: listed(to),
    http_options: port.http === undefined ? undefined : writtenHttp(port.http),
  })
}

function writtenHttp(http: NonNullable<Port['http']>): Written {
  return present({
    max_body_size: http.maxBodyBytes,
    read_timeout: http.readTimeoutMs,
    send_timeout: http.sendTimeoutMs,
    next_tries: http.nextTries,
    next_timeout: http.nextTimeoutMs,
    next_cases: listed(http.nextCases),
    proxy_buffer_size: http.proxyBufferBytes,
  })
}

function writtenMounts({ name, mounts }: Service, lose: Lose): Written | undefined {
  const written: Written = {}
  for (const { volume, path, readOnly } of mounts) {
    if (Object.hasOwn(written, volume))
      lose(`every place but one where ${name} mounts ${volume}`, { service: name })
    else written[volume] = present({ mount: path, readOnly: readOnly ? true : undefined })
  }
  return filled(written)
}

export function writtenResources({ name, resources, mounts }: Service, lose: Lose): Written {
  const { cpuMillis, cpuArch, memoryBytes, storageBytes, volumes, gpu } = resources
  const mounted = new Set(mounts.map(({ volume }) => volume))
  const storage = volumes.map((volume) => writtenVolume(name, volume, mounted.has(volume.name), lose))
  const own = storageBytes > 0 || volumes.length === 0
  if (own && storageBytes === 0)
    lose(`that ${name} has no space of its own, of which Akash wants some`, { service: name })
  const ownName = freeVolumeName(volumes)
  const ownSpace = present({
    name: ownName === 'default' ? undefined : ownName,
    size: sizeOf(storageBytes > 0 ? storageBytes : 5 * 1024 ** 2),
  })
  return present({
    cpu: present({
      units: `${cpuMillis}m`,
      attributes: cpuArch === undefined ? undefined : { arch: cpuArch },
    }),
    memory: { size: sizeOf(memoryBytes) },
    storage: own ? [ownSpace, ...storage] : storage,
    gpu: gpu === undefined ? undefined : writtenGpu(name, gpu, lose),
  })
}

function freeVolumeName(volumes: readonly Volume[]): string {
  let name = 'default'
  for (let number = 1; volumes.some((volume) => volume.name === name); number += 1) name = `own-${number}`
  return name
}

/** Akash knows no suffix for single bytes; a bare number is bytes. */
function sizeOf(bytes: number): string {
  return formatBytes(bytes).replace(/B$/, '')
}

function writtenVolume(service: string, volume: Volume, mounted: boolean, lose: Lose): Written {
  const theirs = Object.keys(storageClasses).find((key) => storageClasses[key] === volume.class)
  if (theirs === undefined) lose(`the class ${volume.class} of ${volume.name}`, { service })
  const ram = volume.class === 'ram'
  if (!volume.persistent && !ram) {
    if (volume.class !== 'default') lose(`the class of ${volume.name}, which is not persistent`, { service })
    if (!mounted)
      lose(`that ${volume.name} is a volume of its own, as ${service} does not mount it`, { service })
    return { name: volume.name, size: sizeOf(volume.sizeBytes) }
  }
  return {
    name: volume.name,
    size: sizeOf(volume.sizeBytes),
    attributes: { persistent: volume.persistent, class: theirs ?? 'default' },
  }
}

function writtenGpu(service: string, { count, anyOf, minMemoryBytes }: Gpu, lose: Lose): Written {
  if (minMemoryBytes !== undefined) lose(`the least GPU memory of ${service}`, { service })
  const nvidia = anyOf.filter(({ vendor }) => vendor === 'nvidia')
  if (nvidia.length < anyOf.length) lose(`every GPU vendor of ${service} but nvidia`, { service })
  if (anyOf.length === 0) lose(`that any vendor's GPU serves ${service}; Akash asks for nvidia`, { service })
  const any = nvidia.every(
    ({ model, memoryBytes, interface: connection }) =>
      model === undefined && memoryBytes === undefined && connection === undefined,
  )
  const kinds = nvidia.map(({ model, memoryBytes, interface: connection }) => {
    if (memoryBytes !== undefined && memoryBytes % 1024 ** 3 !== 0)
      lose(`the exact GPU memory of ${service}, rounded down to Gi`, { service })
    const gibibytes = memoryBytes === undefined ? 0 : Math.floor(memoryBytes / 1024 ** 3)
    return present({
      model,
      ram: gibibytes === 0 ? undefined : `${gibibytes}Gi`,
      interface: connection,
    })
  })
  return { units: count, attributes: { vendor: { nvidia: any ? [] : kinds } } }
}
