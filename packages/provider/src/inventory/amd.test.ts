import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { amdIdsByNumber, readAmdSmi, readRocmSmi } from './amd.ts'

const summary = ({ devices }: ReturnType<typeof readAmdSmi>) =>
  devices.map(({ id, model, memoryBytes, interface: bus }) => [id, model, memoryBytes / gibibyte, bus])

/** One card as `amd-smi static --asic --bus --vram --driver --json` gives it, in the shape of ROCm/rocm-systems pull 2987. */
const card = (gpu: number, name: string, pciId: string, bdf: string, vram: unknown) => ({
  gpu,
  asic: {
    market_name: name,
    vendor_id: '0x1002',
    vendor_name: 'Advanced Micro Devices Inc. [AMD/ATI]',
    subvendor_id: '0x1002',
    device_id: pciId,
    rev_id: '0x00',
    asic_serial: 'N/A',
    oam_id: 'N/A',
    num_compute_units: 304,
    target_graphics_version: 'gfx942',
  },
  bus: {
    bdf,
    max_pcie_width: 16,
    max_pcie_speed: { value: 32, unit: 'GT/s' },
    pcie_interface_version: 'Gen 5',
    slot_type: 'OAM',
  },
  vram: { type: 'HBM3', vendor: 'N/A', size: vram, bit_width: 8192 },
  driver: { name: 'amdgpu', version: '6.10.5' },
})
const mib = (value: number) => ({ value, unit: 'MB' })

/**
 * Names and PCI ids as amd-smi and rocm-smi print them (ROCm/rocm_smi_lib issue 159, ROCm/pyrsmi issue 21 and others);
 * sizes a little under the nominal ones, as drivers report.
 */
const cards: [name: string, pciId: string, mebibytes: number, model: string, gib: number, bus: string][] = [
  ['AMD Instinct MI300X', '0x74a1', 196592, 'mi300x', 192, 'sxm'],
  ['AMD Instinct MI300X OAM', '0x74a1', 196592, 'mi300x', 192, 'sxm'],
  ['AMD Instinct MI325X', '0x74a5', 262128, 'mi325x', 256, 'sxm'],
  ['AMD Instinct MI355X', '0x75a3', 294896, 'mi355x', 288, 'sxm'],
  ['AMD Instinct MI350X', '0x75a0', 294896, 'mi350x', 288, 'sxm'],
  ['AMD Instinct MI210', '0x740f', 65520, 'mi210', 64, 'pcie'],
  ['AMD INSTINCT MI200 (MCM) OAM LC MBA HPE C2', '0x7408', 65520, 'mi250x', 64, 'sxm'],
  ['AMD Instinct MI100', '0x738c', 32752, 'mi100', 32, 'pcie'],
  ['AMD Radeon RX 7900 XTX', '0x744c', 24560, 'rx7900xtx', 24, 'pcie'],
  ['Radeon RX 7900 XT', '0x744c', 20464, 'rx7900xt', 20, 'pcie'],
  ['AMD Radeon RX 7800 XT', '0x747e', 16368, 'rx7800xt', 16, 'pcie'],
  ['AMD Radeon RX 9070 XT', '0x7550', 16304, 'rx9070xt', 16, 'pcie'],
  ['AMD Radeon AI PRO R9700', '0x7551', 32624, 'r9700', 32, 'pcie'],
  ['AMD Radeon PRO W7900', '0x7448', 49136, 'w7900', 48, 'pcie'],
  ['AMD Radeon PRO W7800', '0x745e', 32752, 'w7800', 32, 'pcie'],
  ['Navi 21 [Radeon RX 6800/6800 XT / 6900 XT]', '0x73bf', 16368, 'rx6800', 16, 'pcie'],
]

test('knows AMD’s cards by their drivers’ names, or by their PCI ids where the name is a family’s', () => {
  const listed = cards.map(([name, pciId, size], index) =>
    card(index, name, pciId, `0000:${(index + 1).toString(16).padStart(2, '0')}:00.0`, mib(size)),
  )
  const expected = cards.map(([, , , model, gib, bus], index) => [
    `amd-0000:${(index + 1).toString(16).padStart(2, '0')}:00.0`,
    model,
    gib,
    bus,
  ])
  // A bare list before ROCm 6.4, below `gpu_data` since.
  expect(summary(readAmdSmi(JSON.stringify(listed)))).toEqual(expected)
  const reading = readAmdSmi(JSON.stringify({ gpu_data: listed }))
  expect(summary(reading)).toEqual(expected)
  expect(reading.ignored).toEqual([])
  expect(reading.driverVersion).toBe('6.10.5')
})

test('takes memory in whatever form the version gives it', () => {
  const memory = (vram: object) =>
    readAmdSmi(JSON.stringify([{ ...card(0, 'AMD Instinct MI210', '0x740f', '0000:E7:00.0', mib(1)), vram }]))
  for (const vram of [
    { size: '65520 MB' },
    { vram_type: 'HBM', vram_size_mb: 65520 },
    { size: 65520 },
    { size: { value: 68702699520, unit: 'B' } },
  ]) {
    expect(summary(memory(vram))).toEqual([['amd-0000:e7:00.0', 'mi210', 64, 'pcie']])
  }
})

test('names what it cannot tell, and leaves a processor’s own graphics out', () => {
  const listed = [
    card(0, 'AMD Radeon Graphics', '0x13c0', '0000:7a:00.0', mib(2048)),
    card(1, 'AMD Instinct MI300A', '0x74a0', '0000:01:00.0', 'N/A'),
    card(2, 'N/A', 'N/A', '0000:02:00.0', mib(16368)),
    card(3, 'AMD Instinct MI300X', '0x74a1', 'N/A', mib(196592)),
  ]
  const { devices, ignored } = readAmdSmi(JSON.stringify(listed))
  expect(devices).toEqual([])
  expect(ignored.map((line) => line.slice(0, 5))).toEqual(['GPU 1', 'GPU 2', 'GPU 3'])
  for (const garbage of ['', 'ERROR: driver not initialized', '[{', '{"gpu_data": 3}', 'null']) {
    expect(readAmdSmi(garbage).devices).toEqual([])
    expect(readRocmSmi(garbage).devices).toEqual([])
  }
})

test('offers a partitioned card once', () => {
  const part = card(0, 'AMD Instinct MI300X', '0x74a1', '0000:05:00.0', mib(196592))
  const { devices, ignored } = readAmdSmi(JSON.stringify([part, { ...part, gpu: 1 }]))
  expect(devices).toHaveLength(1)
  expect(ignored).toHaveLength(1)
})

// From bacalhau-project/bacalhau (MI210), marimo-team/marimo issue 9237 (RX 7900 XT) and systeminformation pull 960 (780M).
const rocm = `WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status

{"card1": {"PCI Bus": "0000:03:00.0", "VRAM Total Memory (B)": "21458059264", "VRAM Total Used Memory (B)": "27856896",
  "Card Series": "Radeon RX 7900 XT", "Card Model": "0x744c", "Card Vendor": "Advanced Micro Devices, Inc. [AMD/ATI]",
  "Card SKU": "D70401XT", "GUID": "26967", "GFX Version": "gfx1100"},
 "card0": {"PCI Bus": "0000:E7:00.0", "VRAM Total Memory (B)": "68702699520", "VRAM Total Used Memory (B)": "10960896",
  "Card series": "Instinct MI210", "Card model": "0x0c34", "Card vendor": "Advanced Micro Devices, Inc. [AMD/ATI]",
  "Card SKU": "D67301"},
 "card2": {"PCI Bus": "0000:C4:00.0", "Device Name": "Phoenix3", "Device ID": "0x1900", "VRAM Total Memory (B)": "536870912"},
 "card10": {"PCI Bus": "0000:C9:00.0", "VRAM Total Memory (B)": "68702699520", "Card Series": "0x740c", "Card Model": "0x740c"},
 "system": {"Driver version": "6.3.6"}}`

test('reads the older rocm-smi, warnings around it and all', () => {
  const reading = readRocmSmi(rocm)
  expect(summary(reading)).toEqual([
    ['amd-0000:e7:00.0', 'mi210', 64, 'pcie'],
    ['amd-0000:03:00.0', 'rx7900xt', 20, 'pcie'],
    ['amd-0000:c9:00.0', 'mi250x', 64, 'sxm'],
  ])
  expect(reading.driverVersion).toBe('6.3.6')
})

test('knows which number is which card', () => {
  const listed = [card(0, 'a', '', '0000:03:00.0', mib(1)), card(3, 'b', '', '0000:0A:00.0', mib(1))]
  expect([...amdIdsByNumber(JSON.stringify(listed))]).toEqual([
    ['0', 'amd-0000:03:00.0'],
    ['3', 'amd-0000:0a:00.0'],
  ])
})
