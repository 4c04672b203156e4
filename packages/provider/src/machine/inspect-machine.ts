import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'
import { isSubletError } from '@sublet/protocol'
import { measureMachine } from '../inventory/measure-machine.ts'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { engineFindings, type Finding, gpuFindings, sizeFindings } from './findings.ts'

export interface MachineReport {
  findings: Finding[]
  /** Nothing stands in the way of serving strangers. */
  ready: boolean
  cpuMillis: number
  memoryBytes: number
  storageBytes: number
  devices: { id: string; vendor: string; model: string; memoryBytes: number }[]
  /** `docker`, `podman`, or undefined where none answers. */
  engine: string | undefined
}

export interface InspectOptions {
  dockerHost?: string | undefined
  /** Where leases' files would lie. */
  folder: string
  env: Readonly<Record<string, string | undefined>>
  platform: NodeJS.Platform
}

/** Looks at the machine as `provider init` does: what is there, what is missing, and the command that mends it. */
export async function inspectMachine(options: InspectOptions): Promise<MachineReport> {
  const { platform, env } = options
  const [machine, engine] = await Promise.all([
    measureMachine({
      cpuOfferPercent: 100,
      reservedCpuMillis: 0,
      reservedMemoryBytes: 0,
      reservedStorageBytes: 0,
      storageFolders: { default: options.folder },
      hiddenDevices: [],
    }),
    connectDocker({ host: options.dockerHost, env, platform }).catch((error: unknown) => error),
  ])
  const connection =
    engine instanceof Error ? undefined : (engine as Awaited<ReturnType<typeof connectDocker>>)
  const { cpuMillis, memoryBytes, storageBytes, devices } = machine.capacity
  const nvidiaCards = await pciNvidiaCards(platform)
  const runtimes = connection === undefined ? [] : await engineRuntimes(connection.docker)
  const findings = [
    ...sizeFindings({ cpuMillis, memoryBytes, storageBytes: storageBytes.default ?? 0 }),
    ...engineFindings({
      platform,
      engine: connection?.name,
      problem: isSubletError(engine) ? { message: engine.message, hint: engine.hint } : undefined,
      firewall: await canConfine(platform),
    }),
    ...gpuFindings({
      platform,
      devices,
      driverProblem: machine.gpuProblem,
      driverVersion: machine.gpus.driverVersion,
      cardsOnBus: nvidiaCards,
      engineKnowsNvidia: runtimes.includes('nvidia'),
      engine: connection?.name,
    }),
  ]
  return {
    findings,
    ready: findings.every(({ level }) => level !== 'error'),
    cpuMillis,
    memoryBytes,
    storageBytes: storageBytes.default ?? 0,
    devices: devices.map(({ id, vendor, model, memoryBytes: bytes }) => ({
      id,
      vendor,
      model,
      memoryBytes: bytes,
    })),
    engine: connection?.name,
  }
}

async function engineRuntimes(
  docker: Awaited<ReturnType<typeof connectDocker>>['docker'],
): Promise<string[]> {
  const info = (await docker.info().catch(() => ({}))) as { Runtimes?: Record<string, unknown> }
  return Object.keys(info.Runtimes ?? {})
}

/** NVIDIA cards that the bus shows, whether or not a driver speaks to them; undefined where that can't be told. */
async function pciNvidiaCards(platform: NodeJS.Platform): Promise<number | undefined> {
  if (platform !== 'linux') return undefined
  const { stdout } = await promisify(execFile)('lspci', ['-n', '-d', '10de:']).catch(() => ({
    stdout: undefined,
  }))
  // Classes 0300 and 0302 are displays and 3D controllers; cards carry sound devices too.
  return stdout?.split('\n').filter((line) => / 030[02]: /.test(line)).length
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
