import { access, readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { isSubletError } from '@sublet/protocol'
import { diskMeansOf } from '../disk/disk-means.ts'
import { lookAtDisks } from '../disk/look-at-disks.ts'
import type { Device } from '../inventory/device.ts'
import type { DiskClass } from '../inventory/disk-class.ts'
import { createGpuReader } from '../inventory/gpu-reader.ts'
import { diskClassOf } from '../inventory/look-at-disk.ts'
import { measureMachine } from '../inventory/measure-machine.ts'
import { guessRegion } from '../inventory/region.ts'
import { createToolRunner } from '../inventory/run-tool.ts'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { cardsOnBus } from './cards-on-bus.ts'
import { diskFindings, engineFindings, type Finding, sizeFindings } from './findings.ts'
import { gpuFindings } from './gpu-findings.ts'
import { systemOf } from './install-commands.ts'

export interface MachineReport {
  findings: Finding[]
  /** Nothing stands in the way of serving strangers. */
  ready: boolean
  cpuMillis: number
  cpuModel: string
  memoryBytes: number
  storageBytes: number
  /** What the disk is made of, where the machine says. */
  diskClass?: DiskClass
  /** Megabits a second, where the machine says. */
  linkMegabits?: number
  /** Guessed from the time zone; nobody outside is asked. */
  guessedRegion?: string
  devices: Device[]
  /** `docker`, `podman`, or undefined where none answers. */
  engine: string | undefined
}

export interface InspectOptions {
  dockerHost?: string | undefined
  /** Where leases' files would lie. */
  folder: string
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
  /** IANA name of the machine's time zone. */
  timeZone: string
}

/** Looks at the machine as `provider init` does: what is there, what is missing, and the command that mends it. */
export async function inspectMachine(options: InspectOptions): Promise<MachineReport> {
  const { platform, env, folder } = options
  const [machine, engine, osRelease, onBus, diskClass, firewall] = await Promise.all([
    measureMachine(
      {
        cpuOfferPercent: 100,
        reservedCpuMillis: 0,
        reservedMemoryBytes: 0,
        reservedStorageBytes: 0,
        storageFolders: { default: folder },
        hiddenDevices: [],
      },
      createGpuReader({ run: createToolRunner(), platform, machineMemoryBytes: totalmem() }),
    ),
    connectDocker({ host: options.dockerHost, env, platform }).catch((error: unknown) => error),
    readFile('/etc/os-release', 'utf8').catch(() => ''),
    cardsOnBus(),
    diskClassOf(folder),
    canConfine(platform),
  ])
  const connection =
    engine instanceof Error ? undefined : (engine as Awaited<ReturnType<typeof connectDocker>>)
  const { cpuModel, linkMegabits, gpus } = machine
  const { cpuMillis, memoryBytes, devices } = machine.capacity
  const storageBytes = machine.capacity.storageBytes.default ?? 0
  const system = systemOf(platform, osRelease)
  const runtimes = connection === undefined ? [] : await engineRuntimes(connection.docker)
  const disks =
    connection === undefined ? undefined : await lookAtDisks(connection, platform).catch(() => undefined)
  const guessedRegion = guessRegion(options.timeZone)
  const findings = [
    ...sizeFindings({ cpuMillis, cpuModel, memoryBytes, storageBytes, diskClass, linkMegabits }),
    ...engineFindings({
      system,
      engine: connection?.name,
      problem: isSubletError(engine) ? { message: engine.message, hint: engine.hint } : undefined,
      firewall: connection?.bridgeReachable === false ? undefined : firewall,
    }),
    ...(disks === undefined ? [] : diskFindings(diskMeansOf(disks))),
    ...gpuFindings({
      system,
      reading: gpus,
      cardsOnBus: onBus,
      engine: connection?.name,
      engineKnowsNvidia: runtimes.includes('nvidia'),
    }),
  ]
  return {
    findings,
    ready: findings.every(({ level }) => level !== 'error'),
    cpuMillis,
    cpuModel,
    memoryBytes,
    storageBytes,
    ...(diskClass === undefined ? {} : { diskClass }),
    ...(linkMegabits === undefined ? {} : { linkMegabits }),
    ...(guessedRegion === undefined ? {} : { guessedRegion }),
    devices: [...devices],
    engine: connection?.name,
  }
}

async function engineRuntimes(
  docker: Awaited<ReturnType<typeof connectDocker>>['docker'],
): Promise<string[]> {
  const info = (await docker.info().catch(() => ({}))) as { Runtimes?: Record<string, unknown> }
  return Object.keys(info.Runtimes ?? {})
}

async function canConfine(platform: NodeJS.Platform): Promise<boolean | undefined> {
  if (platform !== 'linux') return undefined
  if (process.getuid?.() !== 0) return false
  for (const path of ['/usr/sbin/iptables', '/sbin/iptables', '/usr/bin/iptables']) {
    const there = await access(path).then(
      () => true,
      () => false,
    )
    if (there) return true
  }
  return false
}
