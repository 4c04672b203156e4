import type { Device } from './device.ts'
import { fieldsOf, jsonIn, mebibytesIn, objectsIn, textIn } from './tool-json.ts'

/** A process that computes on a GPU, whoever started it. */
export interface GpuProcess {
  /** The device's id, or that of the card it is a slice of. */
  deviceId: string
  pid: number
  /** Undefined where the driver does not say. */
  memoryBytes: number | undefined
}

/** Whoever computes holds more than this: a context alone takes some hundred MiB. Desktops and daemons take less. */
const leastMebibytes = 64

/** From `nvidia-smi` asked for `nvidiaProcesses`. */
export function readNvidiaProcesses(output: string): GpuProcess[] {
  return output.split('\n').flatMap((line) => {
    const [deviceId = '', pid = '', memory = ''] = line.split(',').map((field) => field.trim())
    return /^(GPU|MIG)-/.test(deviceId) && /^\d+$/.test(pid) ? processOf(deviceId, pid, memory) : []
  })
}

/**
 * From `amd-smi process --json`, which knows cards by their numbers only.
 *
 * @param idOfNumber ids by number, as `amdIdsByNumber` gives them.
 */
export function readAmdProcesses(output: string, idOfNumber: ReadonlyMap<string, string>): GpuProcess[] {
  const json = jsonIn(output)
  return objectsIn(fieldsOf(json)?.gpu_data ?? json).flatMap((card) => {
    const deviceId = idOfNumber.get(textIn(card, 'gpu') ?? '')
    if (deviceId === undefined) return []
    return objectsIn(card.process_list).flatMap((entry) => {
      // Without any, the entry is `{ "process_info": "No running processes detected" }`.
      const info = fieldsOf(entry.process_info) ?? entry
      const pid = textIn(info, 'pid')
      const memory = fieldsOf(info.memory_usage)?.vram_mem ?? info.mem_usage ?? info.mem
      return pid === undefined ? [] : processOf(deviceId, pid, memory)
    })
  })
}

function processOf(deviceId: string, pid: string, memory: unknown): GpuProcess[] {
  const mebibytes = mebibytesIn(memory)
  if (mebibytes !== undefined && mebibytes < leastMebibytes) return []
  return [
    {
      deviceId,
      pid: Number(pid),
      memoryBytes: mebibytes === undefined ? undefined : Math.round(mebibytes * 1024 * 1024),
    },
  ]
}

/**
 * Devices that somebody else computes on: no lease holds them, yet processes run there. Drivers name a slice's
 * processes by its card; where another slice of that card is leased nobody can tell whose they are, and they count as
 * the lease's.
 */
export function busyElsewhere(
  devices: readonly Device[],
  processes: readonly GpuProcess[],
  claimed: ReadonlySet<string>,
): Map<string, GpuProcess[]> {
  const leasedCards = new Set(
    devices.flatMap(({ id, partOf }) => (partOf !== undefined && claimed.has(id) ? [partOf] : [])),
  )
  const busy = new Map<string, GpuProcess[]>()
  for (const { id, partOf } of devices) {
    if (claimed.has(id)) continue
    const there = processes.filter(
      ({ deviceId }) =>
        deviceId === id || (partOf !== undefined && deviceId === partOf && !leasedCards.has(partOf)),
    )
    if (there.length > 0) busy.set(id, there)
  }
  return busy
}
