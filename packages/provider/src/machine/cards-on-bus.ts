import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Vendor } from '../inventory/device.ts'

/** One PCI device as `/sys/bus/pci/devices` shows it. */
export interface BusDevice {
  address: string
  /** Such as `0x10de`. */
  vendor: string
  /** Such as `0x030000`. */
  class: string
  /** Where AMD's driver tells it. */
  memoryBytes: number | undefined
}

const vendorOf: Record<string, Vendor> = { '0x10de': 'nvidia', '0x1002': 'amd', '0x8086': 'intel' }

/** Displays, 3D controllers, other displays, and processing accelerators (PCI code assignment, classes 03 and 12). */
const gpuClass = /^0x(0300|0302|0380|1200)/
const leastMemoryBytes = 4 * 1024 ** 3

/** How many cards of each maker are there, driver or not; a processor's own graphics do not count. */
export function countCards(devices: readonly BusDevice[]): Partial<Record<Vendor, number>> {
  const counts: Partial<Record<Vendor, number>> = {}
  for (const { address, vendor, class: kind, memoryBytes } of devices) {
    const maker = vendorOf[vendor]
    if (maker === undefined || !gpuClass.test(kind)) continue
    if (maker === 'intel' && /^0000:00:/.test(address)) continue
    if (memoryBytes !== undefined && memoryBytes < leastMemoryBytes) continue
    counts[maker] = (counts[maker] ?? 0) + 1
  }
  return counts
}

/** Undefined where the system does not show its bus. */
export async function cardsOnBus(
  sysfs = '/sys/bus/pci/devices',
): Promise<Partial<Record<Vendor, number>> | undefined> {
  const addresses = await readdir(sysfs).catch(() => undefined)
  if (addresses === undefined) return undefined
  const read = (address: string, file: string) =>
    readFile(join(sysfs, address, file), 'utf8').then(
      (text) => text.trim(),
      () => '',
    )
  const devices = await Promise.all(
    addresses.map(async (address): Promise<BusDevice> => {
      const [vendor, kind, memory] = await Promise.all([
        read(address, 'vendor'),
        read(address, 'class'),
        read(address, 'mem_info_vram_total'),
      ])
      return { address, vendor, class: kind, memoryBytes: memory === '' ? undefined : Number(memory) }
    }),
  )
  return countCards(devices)
}
