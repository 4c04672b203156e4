import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { docker, leaseContainers } from './stand-in-image.ts'

/** What is there for leases, as the machine itself shows it. */
export interface LeaseInstances {
  /** By lease, what runs: another text with every start of another instance. */
  running(): Promise<Map<string, string>>
  /** Leases of which something is there, running or not. */
  present(): Promise<string[]>
  /** Whatever else of the provider's is left on the engine: network holders, networks, folders. */
  leftOver(): Promise<string[]>
}

export function dockerInstances(provider: string): LeaseInstances {
  return {
    async running() {
      const found = new Map<string, string>()
      for (const { Id, Labels } of await leaseContainers(provider)) {
        // One that goes away just now does not run.
        const seen = await docker
          .getContainer(Id)
          .inspect()
          .catch(() => undefined)
        if (seen?.State.Running !== true) continue
        const leaseId = Labels['sublet.lease'] ?? ''
        found.set(leaseId, `${found.get(leaseId) ?? ''}${Id} since ${seen.State.StartedAt} `)
      }
      return found
    },
    present: async () => (await leaseContainers(provider)).map(({ Labels }) => Labels['sublet.lease'] ?? ''),
    async leftOver() {
      const [containers, { length: networks }] = await Promise.all([
        docker.listContainers({ all: true, filters: { label: ['sublet.holder'] } }),
        docker.listNetworks({ filters: { label: [`sublet.provider=${provider}`] } }),
      ])
      const holders = containers.filter(({ Labels }) => Labels['sublet.holder']?.endsWith(`/${provider}`))
      return [
        ...holders.map(({ Names }) => `holder ${Names.join()}`),
        ...(networks > 0 ? [`${networks} networks`] : []),
      ]
    },
  }
}

/** Those of the host runtime, as its folder names them. */
export function hostInstances(dataDir: string): LeaseInstances {
  const folder = join(dataDir, 'provider', 'host-runtime', 'instances')
  const running: LeaseInstances['running'] = async () => {
    const found = new Map<string, string>()
    for (const id of await readdir(folder).catch(() => [])) {
      const read = async (name: string) => JSON.parse(await readFile(join(folder, id, name), 'utf8'))
      // One that is being made or cleared away has only a part of its files.
      const files = await Promise.all([read('record.json'), read('state.json')]).catch(() => undefined)
      if (files === undefined) continue
      const [{ owner }, { pid, pidStart }] = files
      if (!(await isRunning(pid))) continue
      found.set(owner.leaseId, `${found.get(owner.leaseId) ?? ''}${pid} since ${pidStart} `)
    }
    return found
  }
  return {
    running,
    present: async () => [...(await running()).keys()],
    leftOver: () => readdir(folder).catch(() => []),
  }
}

/** A process that has ended but was not collected yet has an empty command line. */
async function isRunning(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== ''
}

/** Processes of this machine that work in a folder or were called with it: of chain, database, and leases alike. */
export async function processesOf(dataDir: string): Promise<string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [commandLine, workingDir] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
    ])
    if (commandLine === '') continue
    if (commandLine.includes(dataDir) || workingDir.startsWith(dataDir))
      found.push(`${pid} ${commandLine.replaceAll('\0', ' ')}`)
  }
  return found
}
