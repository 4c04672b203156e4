import type { Path } from '../source/places.ts'
import { isTree, own } from '../source/records.ts'
import { composeFlag } from './quantities.ts'
import type { Scope } from './scope.ts'
import { ignoredServiceKeys } from './service-keys.ts'
import type { ComposeService } from './service-schema.ts'

interface Refusal {
  /** Whether what is written asks for it. */
  when: (value: unknown) => boolean
  code: string
  message: string
  mend: string
}

const asked = () => true
const isOn = (value: unknown) => composeFlag(value) !== false
const isHost = (value: unknown) =>
  typeof value === 'string' && /^(host|container:|service:)/.test(value.trim())
const isFilled = (value: unknown) => !(Array.isArray(value) && value.length === 0)

/** Capabilities that Docker gives every container anyway. */
const usualCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]) // prettier-ignore

const addsCapabilities = (value: unknown) =>
  !Array.isArray(value) ||
  value.some((name) => !usualCapabilities.has(String(name).toUpperCase().replace(/^CAP_/, '')))

const loosensSecurity = (value: unknown) =>
  !Array.isArray(value) || value.some((option) => !/^no-new-privileges([:=]true)?$/.test(String(option)))

const hardware = (value: unknown) => Array.isArray(value) && value.length > 0

/** What makes no sense on a rented machine, with the way round. */
const refusals: Readonly<Record<string, Refusal>> = {
  build: {
    when: asked,
    code: 'compose.build',
    message: 'A rented machine does not build images.',
    mend: 'build and push it first (`docker compose build && docker compose push`), name it in `image`, and leave `build` out',
  },
  privileged: {
    when: isOn,
    code: 'compose.privileged',
    message: 'No container is privileged on a rented machine.',
    mend: 'leave it out; GPUs need no privilege, ask for them with `gpus`',
  },
  network_mode: {
    when: (value) => isHost(value) || value === 'none',
    code: 'compose.host-network',
    message: 'The services of a deployment have a network of their own.',
    mend: 'leave it out: services find each other by name, and `ports` publishes to the world',
  },
  pid: {
    when: asked,
    code: 'compose.host-namespace',
    message: 'Processes cannot be shared with the machine or another service.',
    mend: 'leave it out, or put both programs into one image',
  },
  ipc: {
    when: isHost,
    code: 'compose.host-namespace',
    message: 'Shared memory cannot be shared with the machine or another service.',
    mend: 'leave it out, and ask for what is needed with `shm_size: 8g`',
  },
  uts: {
    when: isHost,
    code: 'compose.host-namespace',
    message: 'The host name cannot be shared with the machine.',
    mend: 'leave it out',
  },
  userns_mode: {
    when: isHost,
    code: 'compose.host-namespace',
    message: 'Users cannot be shared with the machine.',
    mend: 'leave it out',
  },
  cgroup: {
    when: isHost,
    code: 'compose.host-namespace',
    message: 'The control group cannot be shared with the machine.',
    mend: 'leave it out',
  },
  cap_add: {
    when: (value) => isFilled(value) && addsCapabilities(value),
    code: 'compose.capabilities',
    message: 'A rented machine gives no further capabilities.',
    mend: 'leave it out, or choose an image that runs without',
  },
  security_opt: {
    when: (value) => isFilled(value) && loosensSecurity(value),
    code: 'compose.security',
    message: 'The protection of a rented machine cannot be loosened.',
    mend: 'leave it out',
  },
  devices: {
    when: hardware,
    code: 'compose.device',
    message: 'Devices of the machine are not handed out one by one.',
    mend: 'leave it out; ask for GPUs with `gpus: all` or `deploy.resources.reservations.devices`',
  },
  device_cgroup_rules: {
    when: hardware,
    code: 'compose.device',
    message: 'Devices of the machine are not handed out.',
    mend: 'leave it out',
  },
  volumes_from: {
    when: hardware,
    code: 'compose.volumes-from',
    message: 'Mounts are not taken over from another service.',
    mend: 'name the same volume in both services',
  },
  credential_spec: {
    when: asked,
    code: 'compose.unsupported',
    message: 'Windows credentials are not to be had.',
    mend: 'leave it out',
  },
  use_api_socket: {
    when: isOn,
    code: 'compose.host-path',
    message: 'A rented machine does not hand out its container engine.',
    mend: 'leave it out',
  },
  provider: {
    when: asked,
    code: 'compose.unsupported',
    message: 'A service of another program cannot be started.',
    mend: 'run it as a container with an `image`',
  },
  models: {
    when: asked,
    code: 'compose.unsupported',
    message: 'Models are not started by themselves.',
    mend: 'run a model server such as `image: ollama/ollama` as a service of its own',
  },
  post_start: {
    when: hardware,
    code: 'compose.unsupported',
    message: 'Nothing is run inside a container but its own program.',
    mend: 'put it into the command: `command: sh -c "prepare && exec serve"`',
  },
  pre_stop: {
    when: hardware,
    code: 'compose.unsupported',
    message: 'Nothing is run inside a container but its own program.',
    mend: 'catch SIGTERM in the program',
  },
}

/** Why a key is refused, and the way round; undefined for a key that is not. */
export function refusalOf(key: string): Pick<Refusal, 'message' | 'mend'> | undefined {
  return own(refusals, key)
}

/** Reports what one service asks for that no rented machine can give, and warns of what has no effect. */
export function checkService(service: ComposeService, path: Path, { findings }: Scope): void {
  for (const [key, { when, code, message, mend }] of Object.entries(refusals)) {
    const value = own(service as Readonly<Record<string, unknown>>, key)
    if (value !== undefined && when(value)) findings.error([...path, key], code, message, { at: 'key', mend })
  }
  if (service.pull_policy === 'build') {
    findings.error([...path, 'pull_policy'], 'compose.build', 'A rented machine does not build images.', {
      mend: 'leave it out',
    })
  }
  for (const key of ignoredServiceKeys) {
    if (!Object.hasOwn(service, key)) continue
    findings.warn([...path, key], 'compose.ignored', `\`${key}\` has no effect on a rented machine.`, {
      at: 'key',
      mend: 'leave it out',
    })
  }
  for (const [index, constraint] of (service.deploy?.placement?.constraints ?? []).entries()) {
    const at = [...path, 'deploy', 'placement', 'constraints', index]
    findings.warn(
      at,
      'compose.ignored',
      `\`${constraint.slice(0, 60)}\` has no effect: there are no swarm nodes.`,
      {
        mend: 'choose where it runs with `x-sublet: {region: eu-west}` at the top level',
      },
    )
  }
}

/** Warns where networks would keep services apart that share one here. */
export function checkNetworks(services: ReadonlyMap<string, ComposeService>, { findings }: Scope): void {
  const named = Array.from(services, ([key, { networks }]) => {
    const list =
      networks === undefined ? ['default'] : Array.isArray(networks) ? networks : Object.keys(networks)
    return { key, networks: new Set(list) }
  })
  const [first] = named
  const apart = named.find(
    ({ networks }) => first !== undefined && ![...networks].some((network) => first.networks.has(network)),
  )
  if (first === undefined || apart === undefined) return
  findings.warn(
    ['services', apart.key, 'networks'],
    'compose.network-joined',
    `\`${apart.key}\` and \`${first.key}\` reach each other too: all services of the file share one network.`,
    { at: 'key', mend: 'ask for a password between them, or deploy them apart' },
  )
}

/** The same for the file as a whole. */
export function checkFile({ file, findings }: Scope): void {
  if (file.include !== undefined) {
    findings.error(['include'], 'compose.include', 'Other files are not taken in.', {
      at: 'key',
      mend: 'write one file: `docker compose config > compose.full.yaml` puts all into one',
    })
  }
  if (file.models !== undefined) {
    findings.error(['models'], 'compose.unsupported', 'Models are not started by themselves.', {
      at: 'key',
      mend: 'run a model server such as `image: ollama/ollama` as a service',
    })
  }
  for (const [name, network] of Object.entries(file.networks ?? {})) {
    if (!isTree(network)) continue
    if (composeFlag(own(network, 'internal') ?? false) === true) {
      findings.warn(
        ['networks', name, 'internal'],
        'compose.network-joined',
        `The network \`${name}\` keeps nobody out: all services of the file share one, and reach the world from it.`,
        { at: 'key', mend: 'ask for a password between the services, or deploy them apart' },
      )
    }
    const external = own(network, 'external')
    if (external !== undefined && (isTree(external) || composeFlag(external) === true)) {
      findings.warn(
        ['networks', name, 'external'],
        'compose.ignored',
        `The network \`${name}\` is not there on a rented machine; the services share one of their own.`,
        {
          at: 'key',
          mend: 'leave it out',
        },
      )
    }
  }
}
