import type { Device, DeviceReading } from './device.ts'
import { modelOfName, nominalMemoryBytes } from './gpu-model.ts'
import { busAddressIn, type Fields, fieldsOf, jsonIn, mebibytesIn, objectsIn, textIn } from './tool-json.ts'

/** What `amd-smi` is asked. With `--json` it gives a list, from ROCm 6.4 on one below `gpu_data`. */
export const amdSmiStatic = ['static', '--asic', '--bus', '--vram', '--driver', '--json']
export const amdSmiProcesses = ['process', '--json']
/** What the older `rocm-smi` is asked. It prints warnings around its JSON. */
export const rocmSmiQuery = [
  '--showproductname',
  '--showmeminfo',
  'vram',
  '--showbus',
  '--showdriverversion',
  '--json',
]

/** Cards whose drivers give a family's name or none, by PCI device id, from the kernel's amdgpu list. */
const modelOfPciId: Record<string, string> = {
  '0x66a1': 'mi60',
  '0x738c': 'mi100',
  '0x7408': 'mi250x',
  '0x740c': 'mi250x',
  '0x740f': 'mi210',
  '0x74a0': 'mi300a',
  '0x74a1': 'mi300x',
  '0x74a5': 'mi325x',
  '0x75a0': 'mi350x',
  '0x75a3': 'mi355x',
}

/** Below this it is the graphics part of a processor, which has no memory of its own worth lending. */
const leastMebibytes = 4 * 1024

/** AMD's cards from `amd-smi static --json`. Partitions of a card beyond the first are named, not offered. */
export function readAmdSmi(output: string): DeviceReading {
  return readCards(
    cardsOf(output).map((card) => {
      const asic = fieldsOf(card.asic)
      const vram = fieldsOf(card.vram)
      return {
        named: `GPU ${textIn(card, 'gpu') ?? '?'} of amd-smi`,
        name: textIn(asic, 'market_name', 'product_name'),
        pciId: textIn(asic, 'device_id'),
        bus: busOf(card),
        mebibytes: mebibytesIn(vram?.size ?? vram?.vram_size ?? vram?.vram_size_mb),
        driverVersion: textIn(fieldsOf(card.driver), 'version', 'driver_version'),
      }
    }),
  )
}

/** Device ids by the numbers that `amd-smi` gives to cards. */
export function amdIdsByNumber(output: string): Map<string, string> {
  return new Map(
    cardsOf(output).flatMap((card): [string, string][] => {
      const number = textIn(card, 'gpu')
      const address = busAddressIn(busOf(card))
      return number === undefined || address === undefined ? [] : [[number, `amd-${address}`]]
    }),
  )
}

function cardsOf(output: string): Fields[] {
  const json = jsonIn(output)
  return objectsIn(fieldsOf(json)?.gpu_data ?? (Array.isArray(json) ? json : [json]))
}

const busOf = (card: Fields) => textIn(fieldsOf(card.bus), 'bdf') ?? textIn(card, 'bdf')

/** AMD's cards from `rocm-smi --json`: `card0`, `card1`, … and `system`. */
export function readRocmSmi(output: string): DeviceReading {
  const json = fieldsOf(jsonIn(output)) ?? {}
  const driverVersion = textIn(fieldsOf(json.system), 'Driver version')
  const cards = Object.keys(json)
    .filter((name) => /^card\d+$/.test(name))
    .sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
  return readCards(
    cards.map((named) => {
      const card: Fields = fieldsOf(json[named]) ?? {}
      return {
        named,
        name: textIn(card, 'Card Series', 'Card series', 'Device Name'),
        pciId: textIn(card, 'Device ID', 'Card Model', 'Card model'),
        bus: textIn(card, 'PCI Bus'),
        mebibytes: mebibytesIn(card['VRAM Total Memory (B)'], 'b'),
        driverVersion,
      }
    }),
  )
}

interface Card {
  /** For people. */
  named: string
  name: string | undefined
  pciId: string | undefined
  bus: string | undefined
  mebibytes: number | undefined
  driverVersion: string | undefined
}

function readCards(cards: readonly Card[]): DeviceReading {
  const devices: Device[] = []
  const ignored: string[] = []
  for (const card of cards) {
    const address = busAddressIn(card.bus)
    const model = modelOf(card)
    if (card.mebibytes !== undefined && card.mebibytes < leastMebibytes) continue
    if (address === undefined || model === '' || card.mebibytes === undefined) {
      ignored.push(
        `${card.named}: ${card.name ?? 'no name'}, ${card.bus ?? 'no bus address'}, memory ${card.mebibytes ?? 'unknown'}`,
      )
      continue
    }
    // Partitions of one card share its place on the bus, so that only the card as a whole can be handed out.
    const id = `amd-${address}`
    if (devices.some((device) => device.id === id)) {
      ignored.push(`${card.named}: a further partition of the card at ${address}`)
      continue
    }
    devices.push({
      id,
      vendor: 'amd',
      model,
      memoryBytes: nominalMemoryBytes(model, card.mebibytes),
      interface: /oam/i.test(card.name ?? '') || /^mi(250x?|3\d\d[ax])$/.test(model) ? 'sxm' : 'pcie',
    })
  }
  const driverVersion = cards.find((card) => card.driverVersion !== undefined)?.driverVersion
  return { devices, ignored, ...(driverVersion === undefined ? {} : { driverVersion }) }
}

function modelOf({ name, pciId }: Card): string {
  const known = modelOfPciId[pciId?.toLowerCase() ?? '']
  if (known !== undefined) return known
  // `Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]` names a family: the least of it is claimed.
  const inBrackets = /\[([^\]]+)\]/.exec(name ?? '')?.[1]
  const model = modelOfName((inBrackets ?? name ?? '').split('/')[0] ?? '')
  return /^(0x[0-9a-f]+|)$/.test(model) ? '' : model
}
