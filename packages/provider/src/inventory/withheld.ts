import type { Device, Vendor } from './device.ts'
import { busyElsewhere } from './gpu-processes.ts'
import type { GpuReading } from './gpu-reader.ts'

/** Why a device that is there is not on offer, for people. */
export interface Withheld {
  id: string
  reason: 'busy-elsewhere' | 'driver-silent' | 'no-way-in'
  message: string
}

/** Makers whose cards a runtime can hand to a lease. Docker has no way to an Apple GPU: its containers run in Linux. */
const handedOver: Record<string, readonly Vendor[]> = {
  docker: ['nvidia', 'amd', 'intel'],
  podman: ['nvidia', 'amd', 'intel'],
  kubernetes: ['nvidia', 'amd', 'intel'],
  host: ['nvidia', 'amd', 'intel', 'apple'],
}

/**
 * The devices that must not be offered at this moment: somebody else computes on them, their driver does not answer, or
 * the runtime can't hand them over. What a lease holds is its own affair and is not among the busy ones.
 */
export function withheldDevices(parts: {
  devices: readonly Device[]
  reading: Pick<GpuReading, 'processes' | 'problems'>
  claimed: ReadonlySet<string>
  runtime: string
}): Withheld[] {
  const { devices, reading, claimed, runtime } = parts
  const busy = busyElsewhere(devices, reading.processes, claimed)
  return devices.flatMap(({ id, vendor, model }): Withheld[] => {
    if (!(handedOver[runtime] ?? []).includes(vendor)) {
      return [{ id, reason: 'no-way-in', message: `${model} (${id}): ${runtime} cannot hand it to a lease.` }]
    }
    const problem = reading.problems.find((one) => one.vendor === vendor)
    if (problem !== undefined) {
      return [{ id, reason: 'driver-silent', message: `${model} (${id}): ${problem.message}` }]
    }
    const processes = busy.get(id)
    if (processes === undefined) return []
    const who = processes.map(({ pid }) => pid).join(', ')
    return [{ id, reason: 'busy-elsewhere', message: `${model} (${id}) is busy elsewhere: process ${who}.` }]
  })
}
