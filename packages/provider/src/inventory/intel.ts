import type { Device, DeviceReading } from './device.ts'
import { modelOfName, nominalMemoryBytes } from './gpu-model.ts'
import { busAddressIn, type Fields, fieldsOf, jsonIn, mebibytesIn, objectsIn, textIn } from './tool-json.ts'

/** What `xpu-smi` is asked: all cards, then each card, for only the latter tells the memory. */
export const xpuSmiList = ['discovery', '-j']
export const xpuSmiCard = (deviceId: string): string[] => ['discovery', '-d', deviceId, '-j']

/** Cards that a driver older than they are calls `Intel(R) Graphics [0xe211]`, by PCI device id. */
const modelOfPciId: Record<string, string> = {
  '0x56a0': 'arca770',
  '0x56a1': 'arca750',
  '0x56c0': 'flex170',
  '0x56c1': 'flex140',
  '0xbd5': 'max1550',
  '0xbda': 'max1100',
  '0xe20b': 'arcb580',
  '0xe20c': 'arcb570',
  '0xe211': 'arcprob60',
  '0xe212': 'arcprob50',
}

/** The numbers by which `xpu-smi` knows its cards. */
export function xpuSmiIds(listOutput: string): string[] {
  return objectsIn(fieldsOf(jsonIn(listOutput))?.device_list).flatMap((card) => {
    const id = textIn(card, 'device_id')
    return id === undefined || isVirtual(card) ? [] : [id]
  })
}

/**
 * Intel's cards from the list and the details of each. A processor's own graphics, which have no memory of their own,
 * and virtual functions are left out.
 */
export function readXpuSmi(listOutput: string, cardOutputs: readonly string[]): DeviceReading {
  const details = new Map<string, Fields>()
  for (const output of cardOutputs) {
    const fields = fieldsOf(jsonIn(output))
    const card = objectsIn(fields?.device_list)[0] ?? fields
    const id = textIn(card, 'device_id')
    if (card !== undefined && id !== undefined) details.set(id, card)
  }
  const devices: Device[] = []
  const ignored: string[] = []
  let driverVersion: string | undefined
  for (const listed of objectsIn(fieldsOf(jsonIn(listOutput))?.device_list)) {
    if (isVirtual(listed)) continue
    const card: Fields = { ...listed, ...details.get(textIn(listed, 'device_id') ?? '') }
    const name = textIn(card, 'device_name') ?? ''
    const address = busAddressIn(textIn(card, 'pci_bdf_address'))
    const model = modelOf(name, textIn(card, 'pci_device_id'))
    if (model === undefined) continue
    const mebibytes =
      mebibytesIn(card.memory_physical_size_byte, 'b') ??
      mebibytesIn(card.memory_physical_size) ??
      mebibytesIn(card.memory_size)
    if (address === undefined || mebibytes === undefined || mebibytes <= 0) {
      ignored.push(`${name}: ${address ?? 'no bus address'}, memory ${mebibytes ?? 'unknown'}`)
      continue
    }
    driverVersion ??= textIn(card, 'driver_version')
    devices.push({
      id: `intel-${address}`,
      vendor: 'intel',
      model,
      memoryBytes: nominalMemoryBytes(model, mebibytes),
      interface: 'pcie',
    })
  }
  return { devices, ignored, ...(driverVersion === undefined ? {} : { driverVersion }) }
}

function isVirtual(card: Fields): boolean {
  return /^(virtual|vf)$/i.test(textIn(card, 'device_function_type', 'function_type') ?? '')
}

/** Undefined for a processor's own graphics. */
function modelOf(name: string, pciId: string | undefined): string | undefined {
  const inName = /\[(0x[0-9a-f]+)\]/i.exec(name)?.[1]
  const known = modelOfPciId[(inName ?? pciId ?? '').toLowerCase().replace(/^0x0+/, '0x')]
  if (known !== undefined) return known
  const model = modelOfName(name.replace(/\[[^\]]*\]/g, ' '))
  return model === '' || /^(uhd|iris|hd\d)/.test(model) ? undefined : model
}
