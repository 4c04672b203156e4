import type { Path } from '../source/places.ts'
import { compareText } from '../source/records.ts'
import type { EnvEntry, Service } from '../workload.ts'
import { mapResources } from './fetches.ts'
import { type NosanaRun, removeIfEmpty } from './job-schema.ts'
import { mapExpose, type Report } from './ports.ts'

/** What an operation's arguments say of a service; all of it may change when literals are filled in late. */
export type RunParts = Pick<
  Service,
  'image' | 'env' | 'mounts' | 'fetches' | 'ports' | 'aliases' | 'restart'
> &
  Partial<Pick<Service, 'command' | 'args' | 'workingDir' | 'credentials' | 'health'>>

/** An operation's arguments, the job's `global` already among them, as parts of a service. */
export function mapRun(run: NosanaRun, path: Path, report: Report): RunParts {
  const { ports, health } = mapExpose(run.expose, [...path, 'expose'], report)
  const command = wordsOf(run.entrypoint)
  const args = typeof run.cmd === 'string' ? ['/bin/sh', '-c', run.cmd] : wordsOf(run.cmd)
  const credentials = credentialsOf(run, path, report)
  return {
    image: run.image,
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    ...(run.work_dir ? { workingDir: run.work_dir } : {}),
    env: envOf(run.env ?? {}),
    mounts: mountsOf(run, path, report),
    fetches: mapResources(run.resources, [...path, 'resources'], report),
    ports,
    aliases: aliasesOf(run.aliases),
    ...(credentials === undefined ? {} : { credentials }),
    ...(health === undefined ? {} : { health }),
    restart: restartOf(run.restart_policy),
  }
}

/** An empty list is the image's own, as with Docker. */
function wordsOf(words: string | string[] | undefined): string[] | undefined {
  const list = typeof words === 'string' ? [words] : words?.filter((word) => word !== removeIfEmpty)
  return list === undefined || list.length === 0 ? undefined : list
}

function envOf(env: Readonly<Record<string, string>>): EnvEntry[] {
  return Object.entries(env)
    .filter(([name]) => name !== '__spread__' && name !== '__pairs__')
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => compareText(a.name, b.name))
}

function mountsOf(run: NosanaRun, path: Path, report: Report): Service['mounts'] {
  const taken = new Set<string>()
  for (const [index, { dest }] of (run.volumes ?? []).entries()) {
    if (taken.has(dest)) {
      report.error(
        [...path, 'volumes', index, 'dest'],
        'nosana.mount-twice',
        `Two volumes are mounted at \`${dest}\`.`,
        { mend: 'give one of them another path' },
      )
    }
    taken.add(dest)
  }
  return (run.volumes ?? [])
    .map(({ name, dest }) => ({ volume: name, path: dest, readOnly: false }))
    .sort((a, b) => compareText(a.path, b.path))
}

function aliasesOf(aliases: NosanaRun['aliases']): string[] {
  const list = typeof aliases === 'string' ? aliases.split(',') : (aliases ?? [])
  return [...new Set(list.map((alias) => alias.trim()).filter((alias) => alias !== ''))].sort(compareText)
}

function credentialsOf(run: NosanaRun, path: Path, report: Report): Service['credentials'] {
  const docker = run.authentication?.docker
  if (docker === undefined) return undefined
  const { username = '', password = '' } = docker
  if (username === '' || password === '') {
    if (username !== password) {
      report.warn(
        [...path, 'authentication', 'docker'],
        'nosana.half-login',
        'A user name and a password go together, so neither is used.',
        {
          mend: 'write both, or leave `authentication` out',
        },
      )
    }
    return undefined
  }
  const host = docker.server ? docker.server.replace(/^https?:\/\//, '') : registryOf(run.image)
  return { host, username: docker.username ?? '', password: docker.password ?? '', email: docker.email ?? '' }
}

/** The registry that an image name leads to: its first part where that looks like a host. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  return isHost ? first : 'docker.io'
}

function restartOf(policy: NosanaRun['restart_policy']): Service['restart'] {
  if (policy === undefined || policy === 'no') return { policy: 'never' }
  if (policy === 'always' || policy === 'unless-stopped') return { policy: 'always' }
  if (policy === 'on-failure') return { policy: 'on-failure' }
  const tries = policy.restart_tries
  const counted = tries !== undefined && tries > 0
  return { policy: 'on-failure', ...(counted ? { maxRetries: Math.trunc(tries) } : {}) }
}
