import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { readNvidia } from './nvidia.ts'

/** Names and memory as `nvidia-smi` prints them on these cards, and what orders call them. */
const cards: [name: string, mebibytes: number, model: string, gib: number, bus: 'pcie' | 'sxm'][] = [
  ['NVIDIA GeForce RTX 5090', 32607, 'rtx5090', 32, 'pcie'],
  ['NVIDIA GeForce RTX 4090', 24564, 'rtx4090', 24, 'pcie'],
  ['NVIDIA GeForce RTX 4090 D', 24564, 'rtx4090d', 24, 'pcie'],
  ['NVIDIA GeForce RTX 4090 Laptop GPU', 16376, 'rtx4090laptop', 16, 'pcie'],
  ['NVIDIA GeForce RTX 4080 SUPER', 16376, 'rtx4080super', 16, 'pcie'],
  ['NVIDIA GeForce RTX 4070 Ti SUPER', 16376, 'rtx4070tisuper', 16, 'pcie'],
  ['NVIDIA GeForce RTX 4060 Ti', 8188, 'rtx4060ti', 8, 'pcie'],
  ['NVIDIA GeForce RTX 3090', 24576, 'rtx3090', 24, 'pcie'],
  ['NVIDIA GeForce RTX 3080 Ti', 12288, 'rtx3080ti', 12, 'pcie'],
  ['NVIDIA GeForce RTX 3060', 12288, 'rtx3060', 12, 'pcie'],
  ['NVIDIA GeForce GTX 1080 Ti', 11264, 'gtx1080ti', 11, 'pcie'],
  ['GeForce GTX 1650', 3911, 'gtx1650', 4, 'pcie'],
  ['NVIDIA RTX A6000', 49140, 'rtxa6000', 48, 'pcie'],
  ['NVIDIA RTX 6000 Ada Generation', 49140, 'rtx6000ada', 48, 'pcie'],
  ['Quadro RTX 8000', 49152, 'rtx8000', 48, 'pcie'],
  ['Tesla T4', 15360, 't4', 16, 'pcie'],
  ['Tesla P40', 24576, 'p40', 24, 'pcie'],
  ['Tesla P100-PCIE-16GB', 16384, 'p100', 16, 'pcie'],
  ['Tesla V100-SXM2-16GB', 16160, 'v100', 16, 'sxm'],
  ['Tesla V100-PCIE-32GB', 32768, 'v100', 32, 'pcie'],
  ['NVIDIA A10', 23028, 'a10', 24, 'pcie'],
  ['NVIDIA A10G', 23028, 'a10g', 24, 'pcie'],
  ['NVIDIA L4', 23034, 'l4', 24, 'pcie'],
  ['NVIDIA L40S', 46068, 'l40s', 48, 'pcie'],
  ['NVIDIA A40', 46068, 'a40', 48, 'pcie'],
  ['NVIDIA A100-SXM4-40GB', 40960, 'a100', 40, 'sxm'],
  ['NVIDIA A100-SXM4-80GB', 81920, 'a100', 80, 'sxm'],
  ['NVIDIA A100 80GB PCIe', 81920, 'a100', 80, 'pcie'],
  ['NVIDIA H100 PCIe', 81559, 'h100', 80, 'pcie'],
  ['NVIDIA H100 80GB HBM3', 81559, 'h100', 80, 'sxm'],
  ['NVIDIA H100 NVL', 95830, 'h100', 94, 'pcie'],
  ['NVIDIA H200', 143771, 'h200', 141, 'sxm'],
  ['NVIDIA H200 NVL', 143771, 'h200', 141, 'pcie'],
  ['NVIDIA B200', 183359, 'b200', 180, 'sxm'],
]

test('knows thirty cards by their drivers names', () => {
  const output = cards
    .map(([name, mebibytes], index) => `GPU-${index}, ${name}, ${mebibytes}, [N/A], 550.54.15`)
    .join('\n')
  const { devices, ignored, driverVersion } = readNvidia(`${output}\n`, '')
  expect(ignored).toEqual([])
  expect(driverVersion).toBe('550.54.15')
  expect(devices).toEqual(
    cards.map(([, , model, gib, bus], index) => ({
      id: `GPU-${index}`,
      vendor: 'nvidia',
      model,
      memoryBytes: gib * gibibyte,
      interface: bus,
    })),
  )
})

const sliced = `GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-aaaa)
  MIG 3g.40gb     Device  0: (UUID: MIG-1111)
  MIG 1g.10gb     Device  1: (UUID: MIG-2222)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-bbbb)
`

test('offers the slices of a card that is cut, never the card', () => {
  const query =
    'GPU-aaaa, NVIDIA A100-SXM4-80GB, 81920, Enabled, 535.104\nGPU-bbbb, NVIDIA A100-SXM4-80GB, 81920, Disabled, 535.104\n'
  const { devices } = readNvidia(query, sliced)
  expect(devices.map(({ id, model, memoryBytes }) => [id, model, memoryBytes / gibibyte])).toEqual([
    ['MIG-1111', 'a100-mig-3g.40gb', 40],
    ['MIG-2222', 'a100-mig-1g.10gb', 10],
    ['GPU-bbbb', 'a100', 80],
  ])
})

// Slices as drivers before 470 name them, cut further into compute parts, and with media engines; DataDog/datadog-agent
// pull 33120 and NVIDIA/nvidia-container-toolkit issue 203 show both kinds of names.
const oddSlices = `GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-cccc)
  MIG 1g.10gb+me  Device  0: (UUID: MIG-3333)
  MIG 1c.3g.40gb  Device  1: (UUID: MIG-GPU-cccc/5/0)
`

test('knows slices of every kind of name, and the card that each is cut from', () => {
  const { devices } = readNvidia('GPU-cccc, NVIDIA H100 80GB HBM3, 81559, Enabled, 535.216', oddSlices)
  expect(
    devices.map(({ id, model, memoryBytes, partOf }) => [id, model, memoryBytes / gibibyte, partOf]),
  ).toEqual([
    ['MIG-3333', 'h100-mig-1g.10gb+me', 10, 'GPU-cccc'],
    ['MIG-GPU-cccc/5/0', 'h100-mig-1c.3g.40gb', 40, 'GPU-cccc'],
  ])
})

test('names a card that has fallen off the bus instead of offering it', () => {
  const query =
    'GPU-a, NVIDIA GeForce RTX 3090, 24576, [N/A], 535.1\nGPU-b, [Unknown Error], [Unknown Error], [N/A], 535.1\n'
  const { devices, ignored } = readNvidia(query, '')
  expect(devices).toHaveLength(1)
  expect(ignored).toHaveLength(1)
})

test('takes an error message for no cards at all', () => {
  const message =
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."
  expect(readNvidia(message, '').devices).toEqual([])
})
