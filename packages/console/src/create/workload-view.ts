import { type Gpu, type Service, sizeWords, type Workload } from '@sublet/protocol'
import { counted, modelName } from '../design/names.ts'
import { formatCores } from '../market/asks-view.ts'

/** Names of the secrets whose values must travel with the manifest, sorted, once each. */
export function secretNames(workload: Workload): string[] {
  const names = workload.groups
    .flatMap(({ services }) => services)
    .flatMap((service) => [
      ...service.env.flatMap((entry) => ('secret' in entry ? [entry.secret] : [])),
      ...service.files.flatMap(({ secret }) => secret ?? []),
      ...service.fetches.flatMap(({ secret }) => secret ?? []),
    ])
  return [...new Set(names)].sort()
}

/** What one service takes, in words: `1 × RTX 4090, 4 cores, 16 GiB`. */
export function resourceWords({ resources }: Service): string {
  const disk = resources.storageBytes + resources.volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const cores = resources.cpuMillis / 1000
  return [
    ...(resources.gpu === undefined ? [] : [gpuWords(resources.gpu)]),
    cores === 1 ? '1 core' : `${formatCores(resources.cpuMillis)} cores`,
    `${sizeWords(resources.memoryBytes)} memory`,
    ...(disk === 0 ? [] : [`${sizeWords(disk)} disk`]),
  ].join(', ')
}

function gpuWords({ count, anyOf, minMemoryBytes }: Gpu): string {
  const kinds = anyOf.map(({ model, vendor }) => (model === undefined ? `any ${vendor}` : modelName(model)))
  const kind = kinds.length === 0 ? 'any GPU' : [...new Set(kinds)].join(' or ')
  return `${count} × ${kind}${minMemoryBytes === undefined ? '' : ` with ${sizeWords(minMemoryBytes)}`}`
}

/** Who may reach a service, in words; empty when nobody outside. */
export function portWords({ ports }: Service): string {
  const open = ports.filter((port) => port.public)
  if (open.length === 0) return ''
  return open.map(({ port, protocol }) => `${protocol} ${port}`).join(', ')
}

export function lengthWords(workload: Workload): string {
  const services = workload.groups.reduce((sum, { services: all }) => sum + all.length, 0)
  return workload.groups.length === 1
    ? counted(services, 'service')
    : `${counted(services, 'service')} in ${counted(workload.groups.length, 'group')}, each a lease of its own`
}
