import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { connect as connectSocket, type Socket } from 'node:net'
import { dirname, join, resolve as resolvePath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Hex, SubletError } from '@sublet/protocol'
import type { BundledImages } from '../../image/bundled-images.ts'
import { nextChange } from '../log-files/folder-watch.ts'
import { readLogFiles } from '../log-files/read-log-files.ts'
import {
  type Instance,
  type InstanceSpec,
  isolationGaps,
  type Owner,
  type Runtime,
  signalExitBase,
} from '../runtime.ts'
import { freeTcpPorts, freeUdpPorts, udpMark } from './free-ports.ts'
import { usageOfGroup } from './group-usage.ts'
import { execOnHost } from './host-exec.ts'
import { packHostFiles, statHostFile, unpackHostFiles } from './host-files.ts'
import { hostVolumes } from './host-volumes.ts'
import {
  clearRun,
  type InstanceRecord,
  isAlive,
  readExit,
  readRecord,
  readState,
  signalGroup,
  supervisorIsAlive,
  writeRecord,
} from './instance-folder.ts'
import { logFilesOf, supervisorLogFormat } from './log-files.ts'

/** An image reference that stands for no image: the service's own command runs on the machine as it is. */
export const hostImage = 'sublet.local/host:1'

export interface HostRuntimeOptions {
  /** Everything of this runtime lies here. */
  folder: string
  bundled: BundledImages
  platform: NodeJS.Platform
  lack?: Runtime['lack']
  /** What processes see beside their own environment: the search path and the like, never the provider's secrets. */
  baseEnv: Readonly<Record<string, string>>
  now: () => number
}

const supervisor = fileURLToPath(new URL('./supervisor.mjs', import.meta.url))
/** Environment variables that name where a path of the workload's file really lies. */
const rootVariable = 'SUBLET_ROOT'

/**
 * Runs leases as processes of this machine, for machines without a container engine. Nothing confines them: only the
 * machine's own network may use it. A path `/data` of the workload lies at `$SUBLET_ROOT/data`; the one port of a
 * service comes as `PORT`, any as `SUBLET_PORT_<port>`, on the loopback address `HOST`.
 */
export function createHostRuntime(options: HostRuntimeOptions): Runtime {
  const { folder, bundled, platform, baseEnv, now } = options
  const instancesFolder = join(folder, 'instances')
  const volumesFolder = join(folder, 'volumes')
  /** Environments live here only; after a restart of the provider an instance is made anew, not started again. */
  const specs = new Map<string, InstanceSpec>()

  const folderOf = (id: string) => {
    if (!/^[a-z0-9-]+$/.test(id)) throw missing(id)
    return join(instancesFolder, id)
  }
  const rootOf = (id: string) => join(folderOf(id), 'root')

  async function recordOf(id: string): Promise<InstanceRecord> {
    const record = await readRecord(folderOf(id))
    if (record === undefined) throw missing(id)
    return record
  }

  function envOf(id: string, record: InstanceRecord, spec: InstanceSpec | undefined): Record<string, string> {
    const all = Object.entries(record.ports)
    const ports = all.filter(([port]) => !port.endsWith(udpMark))
    const udpPorts = all.filter(([port]) => port.endsWith(udpMark))
    const [first] = ports
    return {
      ...baseEnv,
      HOST: '127.0.0.1',
      [rootVariable]: rootOf(id),
      ...(ports.length === 1 && first !== undefined ? { PORT: String(first[1]) } : {}),
      ...Object.fromEntries(ports.map(([port, real]) => [`SUBLET_PORT_${port}`, String(real)])),
      ...Object.fromEntries(
        udpPorts.map(([port, real]) => [`SUBLET_UDP_PORT_${port.slice(0, -udpMark.length)}`, String(real)]),
      ),
      ...withoutPort({ ...spec?.env, ...spec?.secretEnv }),
    }
  }

  async function inspect(id: string): Promise<Instance | undefined> {
    const record = await readRecord(folderOf(id))
    if (record === undefined) return undefined
    const [state, exit] = await Promise.all([readState(folderOf(id)), readExit(folderOf(id))])
    const base = { id, owner: record.owner, image: record.image, outOfMemory: false }
    const started = state === undefined ? {} : { startedAtMs: state.startedAtMs }
    if (exit !== undefined) {
      const { exitCode, finishedAtMs } = exit
      return { ...base, ...started, state: 'exited', exitCode, finishedAtMs }
    }
    if (state === undefined) return { ...base, state: 'created' }
    if (isAlive(state) || supervisorIsAlive(state)) return { ...base, ...started, state: 'running' }
    // Both are gone. They may have gone between the two looks, and then how was written since; if nobody wrote it,
    // the machine went down or somebody killed them.
    const late = (await readExit(folderOf(id))) ?? { exitCode: 137, finishedAtMs: state.startedAtMs }
    return { ...base, ...started, state: 'exited', ...late }
  }

  async function waitUntil(id: string, done: (instance: Instance) => boolean, signal?: AbortSignal) {
    for (;;) {
      signal?.throwIfAborted()
      const instance = await inspect(id)
      if (instance === undefined) throw missing(id)
      if (done(instance)) return instance
      await nextChange(folderOf(id), signal)
    }
  }

  async function stop(id: string, graceMs: number): Promise<void> {
    const state = await readState(folderOf(id))
    if (state === undefined) return
    signalGroup(state, 'SIGTERM')
    const giveUp = AbortSignal.timeout(Math.max(1, graceMs))
    try {
      await waitUntil(id, ({ state: seen }) => seen === 'exited', giveUp)
    } catch (error) {
      if (!giveUp.aborted) throw error
    }
    // Also what the process left behind in its group.
    signalGroup(state, 'SIGKILL')
    await waitUntil(id, ({ state: seen }) => seen === 'exited').catch(() => undefined)
  }

  return {
    name: 'host',
    lack: options.lack,
    isolates: false,
    gaps: () => isolationGaps,
    confine: async () => undefined,
    // They go to the process through a pipe.
    secretsInMemory: true,
    limits: false,
    diskLimits: 'none',
    isolations: [],

    async ping() {
      await mkdir(instancesFolder, { recursive: true, mode: 0o700 })
    },

    canRun: (reference) => reference === hostImage || bundled.references.includes(reference),

    images: async () => [...bundled.references, hostImage].sort(),

    imageSizes: async () => new Map(),
    removeImage: async () => false,

    async ensureImage(reference) {
      if (reference === hostImage) return
      if (bundled.has(reference)) bundled.commandOf(reference)
      else {
        throw new SubletError(
          'image.unavailable',
          `This machine has no container engine to run ${reference}.`,
          {
            hint: `Install Docker, or use one of: ${[...bundled.references, hostImage].join(', ')}.`,
            details: { image: reference },
          },
        )
      }
    },

    // There are no images here but this program's own.
    identifyImage: async () => undefined,
    proveImage: async () => undefined,

    async create(spec) {
      const id = idOf(spec)
      await removeFolder(id)
      const ports = { ...(await freeTcpPorts(spec.ports)), ...(await freeUdpPorts(spec.udpPorts ?? [])) }
      const root = rootOf(id)
      await mkdir(root, { recursive: true, mode: 0o700 })
      for (const mount of spec.mounts) {
        const place = inside(root, mount.path)
        await mkdir(dirname(place), { recursive: true })
        if (mount.kind === 'volume') await symlink(join(volumesFolder, mount.volume), place)
        else if (mount.kind === 'folder') await symlink(mount.source, place)
        else await mkdir(place, { recursive: true })
      }
      for (const file of spec.files) {
        const place = inside(root, file.path)
        await mkdir(dirname(place), { recursive: true })
        await writeFile(place, file.bytes, { mode: file.mode & 0o700 })
      }
      await writeRecord(folderOf(id), { owner: spec.owner, image: spec.image, ports, createdAtMs: now() })
      specs.set(id, spec)
      return id
    },

    async start(id) {
      const record = await recordOf(id)
      const spec = specs.get(id)
      if (spec === undefined) {
        throw new SubletError('runtime.failed', 'The process was made by an earlier run of the provider.', {
          hint: 'Make it anew.',
        })
      }
      if ((await inspect(id))?.state === 'running') return
      await clearRun(folderOf(id))
      const child = spawn(process.execPath, [supervisor, folderOf(id)], {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
        env: baseEnv,
      })
      const failed = new Promise<never>((_, reject) => {
        child.once('error', (error) =>
          reject(new SubletError('runtime.failed', `The supervisor cannot start: ${error.message}`)),
        )
        child.once('exit', (code) => {
          if (code !== 0) reject(new SubletError('runtime.failed', `The supervisor ended with code ${code}.`))
        })
      })
      child.stdin.end(
        JSON.stringify({
          command: commandOf(spec, bundled),
          env: envOf(id, record, spec),
          workingDir: spec.workingDir === undefined ? rootOf(id) : inside(rootOf(id), spec.workingDir),
        }),
      )
      child.unref()
      await Promise.race([waitUntil(id, ({ state }) => state !== 'created'), failed])
      failed.catch(() => undefined)
    },

    async wait(id, signal) {
      const { exitCode = 0 } = await waitUntil(id, ({ state }) => state === 'exited', signal)
      // Of a signal nobody knows whose it was; without one the process has only said so.
      const saidSo = exitCode > signalExitBase && (await readExit(folderOf(id)))?.signalled === false
      return { exitCode, outOfMemory: false, ...(saidSo ? { killed: false } : {}) }
    },

    inspect,

    async list(owner, leaseId) {
      const names = await readdir(instancesFolder).catch(() => [])
      const instances = await Promise.all(names.map((name) => inspect(name)))
      return instances.filter(
        (instance): instance is Instance =>
          instance?.owner.network === owner.network &&
          instance.owner.provider === owner.provider &&
          (leaseId === undefined || instance.owner.leaseId === leaseId),
      )
    },

    stop,

    async remove(id) {
      await stop(id, 0)
      await removeFolder(id)
    },

    async removeLease(owner: Owner, leaseId: Hex) {
      for (const { id } of await this.list(owner, leaseId)) await this.remove(id)
    },

    async *logs(id, request) {
      await recordOf(id)
      const source = {
        files: logFilesOf(folderOf(id)),
        format: supervisorLogFormat,
        async ended(signal: AbortSignal) {
          while (!signal.aborted && (await inspect(id))?.state === 'running')
            await nextChange(folderOf(id), signal)
        },
      }
      yield* readLogFiles(source, request)
    },

    async exec(id, request) {
      const record = await recordOf(id)
      const spec = specs.get(id)
      return await execOnHost(request, { env: envOf(id, record, spec), workingDir: rootOf(id) })
    },

    async statFile(id, path) {
      await recordOf(id)
      return await statHostFile(inside(rootOf(id), path))
    },

    async packFiles(id, path) {
      await recordOf(id)
      return await packHostFiles(inside(rootOf(id), path), path)
    },

    async unpackFiles(id, folder, archive) {
      await recordOf(id)
      await unpackHostFiles(inside(rootOf(id), folder), folder, archive)
    },

    async usage(id) {
      const state = await readState(folderOf(id))
      const used =
        state === undefined || !isAlive(state)
          ? { cpuMs: 0, memoryBytes: 0, processes: 0 }
          : await usageOfGroup(state.pid, platform)
      return { ...used, receivedBytes: 0, sentBytes: 0, readBytes: 0, writtenBytes: 0 }
    },

    async datagramTarget(id, port) {
      const real = (await recordOf(id)).ports[`${port}${udpMark}`]
      if (real === undefined)
        throw new SubletError('lease.not-ready', `Port ${port} is not one of the service's.`)
      return { host: '127.0.0.1', port: real }
    },

    async connect(id, port) {
      const real = (await recordOf(id)).ports[String(port)]
      if (real === undefined)
        throw new SubletError('lease.not-ready', `Port ${port} is not one of the service's.`)
      return await dialLoopback(real, port)
    },

    ...hostVolumes(volumesFolder),

    // Nothing keeps count of what plain processes write.
    diskHeld: async () => [],

    async prepare() {
      await mkdir(instancesFolder, { recursive: true, mode: 0o700 })
    },
    async sweep() {},
    async close() {},
  }

  async function removeFolder(id: string): Promise<void> {
    specs.delete(id)
    await rm(folderOf(id), { recursive: true, force: true, maxRetries: 3 })
  }
}

function missing(id: string): SubletError {
  return new SubletError('runtime.failed', `There is no process ${id}.`)
}

function idOf({ owner }: InstanceSpec): string {
  return `${owner.provider.slice(2, 8)}-${owner.leaseId.slice(2, 18)}-${owner.service}-${owner.replica}`
}

/** The image's own port is the workload's word, not this machine's. */
function withoutPort(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'PORT' && name !== 'HOST'))
}

function commandOf(spec: InstanceSpec, bundled: BundledImages): string[] {
  if (spec.image === hostImage) {
    const command = [...(spec.command ?? []), ...(spec.args ?? [])]
    if (command.length > 0) return command
    throw new SubletError('runtime.failed', `${hostImage} runs the service's own command, and it has none.`)
  }
  return [...(spec.command ?? bundled.commandOf(spec.image)), ...(spec.args ?? [])]
}

/** A path of the workload's file below the instance's own root, whatever dots it has. */
function inside(root: string, path: string): string {
  return join(root, resolvePath('/', path))
}

function dialLoopback(real: number, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host: '127.0.0.1', port: real, noDelay: true, allowHalfOpen: true })
    socket.once('error', (cause) =>
      reject(new SubletError('lease.not-ready', `Nothing answers on port ${port} yet.`, { cause })),
    )
    socket.once('connect', () => resolve(socket))
  })
}
