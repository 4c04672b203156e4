import { sizeWords } from '@sublet/protocol'
import type { Device, Vendor } from '../inventory/device.ts'
import type { GpuReading } from '../inventory/gpu-reader.ts'
import type { Finding } from './findings.ts'
import { cureFor, type Need, type System } from './install-commands.ts'

export interface GpuFacts {
  system: System
  reading: Pick<GpuReading, 'devices' | 'problems' | 'driverVersions' | 'ignored'>
  /** Cards on the bus by maker, driver or not; undefined where that can't be told. */
  cardsOnBus: Partial<Record<Vendor, number>> | undefined
  engine: string | undefined
  engineKnowsNvidia: boolean
}

const makers: Record<Vendor, { name: string; tool: Need | undefined; log: string }> = {
  nvidia: { name: 'NVIDIA', tool: 'nvidia-driver', log: 'sudo dmesg | grep -i nvrm' },
  amd: { name: 'AMD', tool: 'amd-tool', log: 'sudo dmesg | grep -i amdgpu' },
  intel: { name: 'Intel', tool: 'intel-tool', log: "sudo dmesg | grep -iE 'i915|xe '" },
  apple: { name: 'Apple', tool: undefined, log: '' },
}

/** The first NVIDIA driver line that the usual CUDA 12 images run on. */
const leastNvidiaDriver = 525

export function gpuFindings(facts: GpuFacts): Finding[] {
  const vendors = Object.keys(makers) as Vendor[]
  const findings = vendors.flatMap((vendor) => findingsOf(vendor, facts))
  for (const line of facts.reading.ignored) {
    findings.push({ level: 'warning', what: `A GPU is left out, as it cannot be told what it is: ${line}` })
  }
  return findings.length > 0 ? findings : [{ level: 'ok', what: 'No GPU: processor and memory are offered.' }]
}

function findingsOf(vendor: Vendor, facts: GpuFacts): Finding[] {
  const { reading, system, engine } = facts
  const { name, tool, log } = makers[vendor]
  const onBus = facts.cardsOnBus?.[vendor] ?? 0
  const cards = reading.devices.filter((device) => device.vendor === vendor)
  const problem = reading.problems.find((one) => one.vendor === vendor)
  if (problem !== undefined) {
    const cure = tool === undefined ? {} : { cure: `Install it anew and restart: ${cureFor(tool, system)}` }
    return [{ level: 'error', what: `The ${name} driver does not work: ${problem.message}`, ...cure }]
  }
  if (cards.length === 0) {
    if (onBus === 0 || tool === undefined) return []
    const what = `${onBus} ${name} ${onBus === 1 ? 'card is' : 'cards are'} there, but ${
      vendor === 'nvidia' ? 'no driver' : 'no tool that tells what they are'
    }.`
    return [{ level: 'error', what, cure: cureFor(tool, system) }]
  }
  const findings: Finding[] = kindsOf(cards)
  const seen = new Set(cards.map(({ id, partOf }) => partOf ?? id)).size
  if (onBus > seen) {
    findings.push({
      level: 'warning',
      what: `${onBus} ${name} cards are on the bus, the driver shows ${seen}.`,
      cure: `Look at what the driver says of the others: ${log}`,
    })
  }
  if (vendor === 'nvidia') findings.push(...nvidiaFindings(facts))
  if (vendor === 'apple' && engine !== undefined) {
    findings.push({
      level: 'warning',
      what: 'Containers on macOS run in Linux and cannot reach an Apple GPU: it is not offered.',
    })
  }
  return findings
}

function kindsOf(cards: readonly Device[]): Finding[] {
  const counts = new Map<string, number>()
  for (const { model, memoryBytes } of cards) {
    const kind = `${model} with ${sizeWords(memoryBytes)}`
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].map(([kind, count]) => ({
    level: 'ok',
    what: `${count === 1 ? '' : `${count} × `}${kind}.`,
  }))
}

function nvidiaFindings({ reading, system, engine, engineKnowsNvidia }: GpuFacts): Finding[] {
  const version = reading.driverVersions.nvidia
  const findings: Finding[] = []
  if (Number.parseInt(version ?? '', 10) < leastNvidiaDriver) {
    findings.push({
      level: 'warning',
      what: `The driver ${version} is too old for current CUDA images.`,
      cure: cureFor('nvidia-driver', system),
    })
  }
  if (engine === 'docker' && !engineKnowsNvidia) {
    findings.push({
      level: 'error',
      what: 'Docker cannot hand NVIDIA GPUs to containers.',
      cure: cureFor('nvidia-container-toolkit', system),
    })
  }
  return findings
}
