import { gibibyte } from '@sublet/protocol'
import type { Device } from '../inventory/device.ts'

/** One thing about the machine, in a sentence, with the command or the step that mends it. */
export interface Finding {
  level: 'ok' | 'warning' | 'error'
  what: string
  cure?: string
}

/** Below these a lease hardly finds room. */
const leastMemoryBytes = 2 * gibibyte
const leastStorageBytes = 10 * gibibyte

export function sizeFindings(size: {
  cpuMillis: number
  memoryBytes: number
  storageBytes: number
}): Finding[] {
  const { cpuMillis, memoryBytes, storageBytes } = size
  return [
    { level: 'ok', what: `${cpuMillis / 1000} processor cores.` },
    memoryBytes < leastMemoryBytes
      ? {
          level: 'warning',
          what: `Only ${gib(memoryBytes)} of memory.`,
          cure: 'Offer a machine with 2 GiB or more.',
        }
      : { level: 'ok', what: `${gib(memoryBytes)} of memory.` },
    storageBytes < leastStorageBytes
      ? {
          level: 'warning',
          what: `Only ${gib(storageBytes)} of disk are free.`,
          cure: 'Free some, or name another folder with --data.',
        }
      : { level: 'ok', what: `${gib(storageBytes)} of disk are free.` },
  ]
}

export interface EngineFacts {
  platform: NodeJS.Platform
  engine: string | undefined
  problem: { message: string; hint: string | undefined } | undefined
  /** Whether leases can be kept from the machine's own network; undefined where the engine sees to that itself. */
  firewall: boolean | undefined
}

export function engineFindings({ platform, engine, problem, firewall }: EngineFacts): Finding[] {
  if (engine === undefined) {
    const install =
      platform === 'linux'
        ? 'curl -fsSL https://get.docker.com | sh'
        : 'Install Docker Desktop: https://docs.docker.com/desktop'
    const isThere = problem !== undefined && !problem.message.includes('No Docker or Podman socket')
    return [
      {
        level: 'error',
        what: problem?.message ?? 'No container engine answers.',
        cure: isThere ? (problem.hint ?? install) : install,
      },
    ]
  }
  const found: Finding = { level: 'ok', what: `${engine === 'podman' ? 'Podman' : 'Docker'} answers.` }
  if (firewall !== false) return [found]
  return [
    found,
    {
      level: 'warning',
      what: 'Leases could reach services of this machine and of its network.',
      cure: 'Run the provider as root with iptables installed: sudo apt-get install -y iptables',
    },
  ]
}

export interface GpuFacts {
  platform: NodeJS.Platform
  devices: readonly Device[]
  driverProblem: string | undefined
  driverVersion: string | undefined
  /** Cards on the bus, driver or not; undefined where that can't be told. */
  cardsOnBus: number | undefined
  engineKnowsNvidia: boolean
  engine: string | undefined
}

/** The first driver line that the usual CUDA 12 images run on. */
const leastDriver = 525

export function gpuFindings(facts: GpuFacts): Finding[] {
  const { devices, driverProblem, driverVersion, cardsOnBus = 0 } = facts
  const cards = devices.filter(({ vendor }) => vendor === 'nvidia')
  if (driverProblem !== undefined) {
    return [
      {
        level: 'error',
        what: `The NVIDIA driver does not work: ${driverProblem.split('\n')[0]}`,
        cure: 'Install it anew and restart: sudo ubuntu-drivers install && sudo reboot',
      },
    ]
  }
  if (cards.length === 0) {
    if (cardsOnBus === 0) return [{ level: 'ok', what: 'No NVIDIA GPU: processor and memory are offered.' }]
    return [
      {
        level: 'error',
        what: `${cardsOnBus} NVIDIA ${cardsOnBus === 1 ? 'card is' : 'cards are'} there, but no driver.`,
        cure: 'sudo ubuntu-drivers install && sudo reboot',
      },
    ]
  }
  const findings: Finding[] = cards.map(({ model, memoryBytes }) => ({
    level: 'ok',
    what: `${model} with ${gib(memoryBytes)}.`,
  }))
  if (cardsOnBus > cards.length && !cards.some(({ id }) => id.startsWith('MIG-'))) {
    findings.push({
      level: 'warning',
      what: `${cardsOnBus} cards are on the bus, the driver shows ${cards.length}.`,
      cure: 'Look at what the driver says of the others: sudo dmesg | grep -i nvrm',
    })
  }
  if (Number.parseInt(driverVersion ?? '', 10) < leastDriver) {
    findings.push({
      level: 'warning',
      what: `The driver ${driverVersion} is too old for current CUDA images.`,
      cure: 'sudo ubuntu-drivers install && sudo reboot',
    })
  }
  if (facts.engine === 'docker' && !facts.engineKnowsNvidia) {
    findings.push({
      level: 'error',
      what: 'Docker cannot hand GPUs to containers.',
      cure: 'sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    })
  }
  return findings
}

function gib(bytes: number): string {
  return `${Math.round(bytes / gibibyte)} GiB`
}
