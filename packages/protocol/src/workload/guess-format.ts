import type { WorkloadFormat } from './finding.ts'
import { isTree, own, type Tree } from './source/records.ts'
import { textOf } from './source/scalar.ts'

const composeTopKeys = ['networks', 'volumes', 'configs', 'secrets', 'include', 'version']
const composeServiceKeys = [
  'build',
  'cap_add',
  'cap_drop',
  'container_name',
  'depends_on',
  'deploy',
  'develop',
  'devices',
  'dns',
  'entrypoint',
  'env_file',
  'environment',
  'expose',
  'extends',
  'extra_hosts',
  'healthcheck',
  'hostname',
  'ipc',
  'labels',
  'links',
  'logging',
  'mem_limit',
  'network_mode',
  'networks',
  'platform',
  'privileged',
  'profiles',
  'pull_policy',
  'runtime',
  'security_opt',
  'shm_size',
  'stdin_open',
  'stop_grace_period',
  'sysctls',
  'tmpfs',
  'tty',
  'ulimits',
  'volumes_from',
  'working_dir',
  'gpus',
  'mem_reservation',
  'cpus',
  'container-name',
  'init',
  'userns_mode',
] // prettier-ignore
const subletTopKeys = [
  'sublet',
  'image',
  'groups',
  'placement',
  'price',
  'policy',
  'duration',
  'autoscale',
  'cluster',
  'service-levels',
]

/** Whose format a document is, by what only that format has; Sublet's own when nothing speaks for another. */
export function guessFormat(tree: unknown, file: string): WorkloadFormat {
  if (!isTree(tree)) return 'sublet'
  if (Array.isArray(own(tree, 'ops')) || textOf(own(tree, 'type')) === 'container') return 'nosana'
  if (has(tree, subletTopKeys)) return 'sublet'
  if (
    isTree(own(tree, 'profiles')) ||
    own(tree, 'deployment') !== undefined ||
    own(tree, 'endpoints') !== undefined
  )
    return 'akash'
  const services = own(tree, 'services')
  const each = isTree(services) ? Object.values(services).filter(isTree) : []
  if (each.some((service) => isAkashExpose(own(service, 'expose')))) return 'akash'
  if (/(^|[/\\])(docker-)?compose[^/\\]*\.ya?ml$/i.test(file)) return 'compose'
  if (has(tree, composeTopKeys)) return 'compose'
  if (
    each.some(
      (service) =>
        has(service, composeServiceKeys) ||
        hasComposePorts(service) ||
        Array.isArray(own(service, 'volumes')),
    )
  ) {
    return 'compose'
  }
  return 'sublet'
}

function has(tree: Tree, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(tree, key))
}

/** Akash exposes are mappings; Compose's are bare ports. */
function isAkashExpose(expose: unknown): boolean {
  return Array.isArray(expose) && expose.some(isTree)
}

function hasComposePorts(service: Tree): boolean {
  const ports = own(service, 'ports')
  return (
    Array.isArray(ports) &&
    ports.some(
      (port) =>
        (typeof port === 'string' && port.includes(':')) || (isTree(port) && Object.hasOwn(port, 'target')),
    )
  )
}
