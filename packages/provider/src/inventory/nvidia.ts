import { gibibyte } from '@sublet/protocol'
import type { Device, DeviceReading } from './device.ts'
import { interfaceOfName, modelOfName, nominalMemoryBytes } from './gpu-model.ts'

/** What `nvidia-smi` is asked, in the order that `readNvidia` takes. */
export const nvidiaQuery = [
  '--query-gpu=uuid,name,memory.total,mig.mode.current,driver_version',
  '--format=csv,noheader,nounits',
]
/** Lists cards with the slices that they are cut into. */
export const nvidiaList = ['-L']
/** Lists processes that compute; those that only draw are not among them. */
export const nvidiaProcesses = [
  '--query-compute-apps=gpu_uuid,pid,used_memory',
  '--format=csv,noheader,nounits',
]

interface Card {
  uuid: string
  name: string
  device: Device | undefined
  sliced: boolean
}

/**
 * NVIDIA's cards from the outputs of both calls. A card cut into MIG slices is offered slice by slice, never whole. A
 * card that reports no memory (fallen off the bus, in use by a virtual machine) is left out and named.
 */
export function readNvidia(queryOutput: string, listOutput: string): DeviceReading {
  const ignored: string[] = []
  let driverVersion: string | undefined
  const cards = lines(queryOutput).flatMap((line): Card[] => {
    const [uuid = '', name = '', memory = '', mig = '', driver] = line.split(',').map((field) => field.trim())
    const mebibytes = Number(memory)
    if (!uuid.startsWith('GPU-') || name === '' || !(mebibytes > 0)) {
      ignored.push(line)
      return []
    }
    driverVersion ??= driver
    const model = modelOfName(name)
    const device: Device = {
      id: uuid,
      vendor: 'nvidia',
      model,
      memoryBytes: nominalMemoryBytes(model, mebibytes),
      interface: interfaceOfName(name),
    }
    return [{ uuid, name, device, sliced: /^enabled$/i.test(mig) }]
  })
  const devices = cards.flatMap((card) =>
    card.sliced ? slicesOf(card, listOutput) : card.device ? [card.device] : [],
  )
  return { devices, ignored, ...(driverVersion === undefined ? {} : { driverVersion }) }
}

function slicesOf(card: Card, listOutput: string): Device[] {
  const slices: Device[] = []
  let inCard = false
  for (const line of lines(listOutput)) {
    const header = /^GPU \d+:.*\(UUID: (GPU-[^)]+)\)/.exec(line)
    if (header !== null) inCard = header[1] === card.uuid
    // Drivers before 470 name a slice `MIG-GPU-<card>/<instance>/<part>`; the container toolkit takes both.
    const slice = /^\s*MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)/.exec(line)
    if (!inCard || slice === null) continue
    const [, profile = '', id = ''] = slice
    const gib = Number(/\.(\d+)gb/.exec(profile)?.[1] ?? 0)
    if (gib === 0) continue
    slices.push({
      id,
      vendor: 'nvidia',
      model: `${modelOfName(card.name)}-mig-${profile}`,
      memoryBytes: gib * gibibyte,
      interface: interfaceOfName(card.name),
      partOf: card.uuid,
    })
  }
  return slices
}

function lines(output: string): string[] {
  return output.split('\n').filter((line) => line.trim() !== '')
}
