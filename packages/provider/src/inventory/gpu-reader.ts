import {
  amdIdsByNumber,
  amdSmiProcesses,
  amdSmiStatic,
  readAmdSmi,
  readRocmSmi,
  rocmSmiQuery,
} from './amd.ts'
import { displaysQuery, readSystemProfiler } from './apple.ts'
import type { DeviceReading, Vendor } from './device.ts'
import { type GpuProcess, readAmdProcesses, readNvidiaProcesses } from './gpu-processes.ts'
import { readXpuSmi, xpuSmiCard, xpuSmiIds, xpuSmiList } from './intel.ts'
import { nvidiaList, nvidiaProcesses, nvidiaQuery, readNvidia } from './nvidia.ts'
import type { RunTool, ToolAnswer } from './run-tool.ts'

/** What one look at the GPUs of every maker found. */
export interface GpuReading extends DeviceReading {
  driverVersions: Partial<Record<Vendor, string>>
  processes: GpuProcess[]
  /** Makers whose tool is there but does not work, with what it said. Their cards are those seen before. */
  problems: { vendor: Vendor; message: string }[]
}

type VendorAnswer =
  | { found: DeviceReading & { processes: GpuProcess[] } }
  | { problem: string }
  /** No tool of this maker is installed. */
  | undefined

const timeoutMs = 10_000

/**
 * Asks the tool of every maker, all at one time, each within a limit. A tool that fails keeps the cards that it showed
 * before, so that leases on them stay counted; the problem says that they are not to be offered.
 */
export function createGpuReader(parts: {
  run: RunTool
  platform: NodeJS.Platform
  machineMemoryBytes: number
}): () => Promise<GpuReading> {
  const { platform } = parts
  const run = (program: string, args: readonly string[]) => parts.run({ program, args, timeoutMs })
  const before = new Map<Vendor, DeviceReading>()

  async function askNvidia(): Promise<VendorAnswer> {
    const [query, list, processes] = await Promise.all([
      run('nvidia-smi', nvidiaQuery),
      run('nvidia-smi', nvidiaList),
      run('nvidia-smi', nvidiaProcesses),
    ])
    return answerOf([query, list], ([cards = '', slices = '']) => ({
      ...readNvidia(cards, slices),
      processes: readNvidiaProcesses(textOf(processes)),
    }))
  }

  async function askAmd(): Promise<VendorAnswer> {
    const [cards, processes] = await Promise.all([
      run('amd-smi', amdSmiStatic),
      run('amd-smi', amdSmiProcesses),
    ])
    if (cards.outcome !== 'absent') {
      return answerOf([cards], ([text = '']) => ({
        ...readAmdSmi(text),
        processes: readAmdProcesses(textOf(processes), amdIdsByNumber(text)),
      }))
    }
    const older = await run('rocm-smi', rocmSmiQuery)
    return answerOf([older], ([text = '']) => ({ ...readRocmSmi(text), processes: [] }))
  }

  async function askIntel(): Promise<VendorAnswer> {
    const list = await run('xpu-smi', xpuSmiList)
    const details = await Promise.all(xpuSmiIds(textOf(list)).map((id) => run('xpu-smi', xpuSmiCard(id))))
    return answerOf([list], ([text = '']) => ({ ...readXpuSmi(text, details.map(textOf)), processes: [] }))
  }

  async function askApple(): Promise<VendorAnswer> {
    if (platform !== 'darwin') return undefined
    const displays = await run('system_profiler', displaysQuery)
    return answerOf([displays], ([text = '']) => ({
      ...readSystemProfiler(text, parts.machineMemoryBytes),
      processes: [],
    }))
  }

  return async () => {
    const answers = await Promise.all([
      askNvidia().then((answer) => ['nvidia', answer] as const),
      askAmd().then((answer) => ['amd', answer] as const),
      askIntel().then((answer) => ['intel', answer] as const),
      askApple().then((answer) => ['apple', answer] as const),
    ])
    const reading: GpuReading = { devices: [], ignored: [], driverVersions: {}, processes: [], problems: [] }
    for (const [vendor, answer] of answers) {
      if (answer === undefined) continue
      const found = 'found' in answer ? answer.found : before.get(vendor)
      if ('found' in answer) {
        before.set(vendor, answer.found)
        reading.processes.push(...answer.found.processes)
      } else reading.problems.push({ vendor, message: answer.problem })
      reading.devices.push(...(found?.devices ?? []))
      reading.ignored.push(...(found?.ignored ?? []))
      if (found?.driverVersion !== undefined) reading.driverVersions[vendor] = found.driverVersion
    }
    return reading
  }
}

const textOf = (answer: ToolAnswer): string => (answer.outcome === 'done' ? answer.stdout : '')

function answerOf(
  answers: readonly ToolAnswer[],
  read: (texts: string[]) => DeviceReading & { processes: GpuProcess[] },
): VendorAnswer {
  if (answers.some(({ outcome }) => outcome === 'absent')) return undefined
  const broken = answers.find((answer) => answer.outcome === 'failed' || answer.outcome === 'silent')
  if (broken !== undefined && 'message' in broken) return { problem: broken.message }
  return { found: read(answers.map(textOf)) }
}
