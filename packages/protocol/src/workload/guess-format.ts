import type { WorkloadFormat } from './finding.ts'
import { isTree, own, type Tree } from './source/records.ts'
import { textOf } from './source/scalar.ts'

const composeTopKeys = ['networks', 'volumes', 'configs', 'secrets', 'include', 'version']
const composeServiceKeys = [
  'build',
  'cap_add',
  'cap_drop',
  'configs',
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
  'scale',
  'secrets',
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
const subletServiceKeys = [
  'arch',
  'cpu',
  'depends-on',
  'env',
  'fetch',
  'files',
  'gpu',
  'health',
  'job',
  'memory',
  'port',
  'read-only',
  'registry',
  'stop-with',
  'storage',
  'working-dir',
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
  // Job definitions alone have this version; one whose operations are misspelled has nothing else to show.
  if (textOf(own(tree, 'version')) === '0.1' && !Object.hasOwn(tree, 'services')) return 'nosana'
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
  // A slip of one key must not make another format of a file, so they are counted.
  const forCompose = each.reduce((sum, service) => sum + composeVotes(service), 0)
  const forSublet = each.reduce((sum, service) => sum + countKeys(service, subletServiceKeys), 0)
  if (forCompose > 0 && forCompose >= forSublet) return 'compose'
  return forSublet === 0 && each.length > 0 && hasExtensions([tree, ...each]) ? 'compose' : 'sublet'
}

function composeVotes(service: Tree): number {
  const restart = textOf(own(service, 'restart'))
  return [
    countKeys(service, composeServiceKeys) > 0,
    hasComposePorts(service),
    Array.isArray(own(service, 'volumes')),
    restart === 'no' || restart === 'unless-stopped' || restart?.startsWith('on-failure:') === true,
    textOf(own(service, 'command')) !== undefined,
  ].filter(Boolean).length
}

function countKeys(tree: Tree, keys: readonly string[]): number {
  return keys.filter((key) => Object.hasOwn(tree, key)).length
}

/** Only Compose files are known for keys that other programs put there. */
function hasExtensions(trees: readonly Tree[]): boolean {
  return trees.some((tree) => Object.keys(tree).some((key) => key.startsWith('x-')))
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
