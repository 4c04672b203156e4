import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Device } from './device.ts'
import { busyElsewhere, readAmdProcesses, readNvidiaProcesses } from './gpu-processes.ts'

const device = (id: string, partOf?: string): Device => ({
  id,
  vendor: 'nvidia',
  model: 'a100',
  memoryBytes: 1,
  ...(partOf === undefined ? {} : { partOf }),
})

test('reads who computes on NVIDIA’s cards, and passes over those that hardly do', () => {
  const output = [
    'GPU-b27cfd0e-aa, 55111, 20481',
    'GPU-b27cfd0e-aa, 60000, [N/A]',
    'GPU-77, 7, 12',
    '[Not Supported]',
    'No running processes found',
    '',
  ].join('\n')
  expect(readNvidiaProcesses(output)).toEqual([
    { deviceId: 'GPU-b27cfd0e-aa', pid: 55111, memoryBytes: 20481 * 1024 ** 2 },
    { deviceId: 'GPU-b27cfd0e-aa', pid: 60000, memoryBytes: undefined },
  ])
})

// The shapes of `amd-smi process --json` of ROCm 6.1 and later, from its sources and others' tests.
test('reads who computes on AMD’s cards', () => {
  const ids = new Map([
    ['0', 'amd-0000:03:00.0'],
    ['1', 'amd-0000:0a:00.0'],
  ])
  const process = {
    name: 'python',
    pid: 4242,
    memory_usage: {
      gtt_mem: { value: 0, unit: 'B' },
      cpu_mem: { value: 0, unit: 'B' },
      vram_mem: { value: 1073741824, unit: 'B' },
    },
  }
  const busy = [{ gpu: 0, process_list: [{ process_info: process }] }]
  const idle = [{ gpu: 1, process_list: [{ process_info: 'No running processes detected' }] }]
  const expected = [{ deviceId: 'amd-0000:03:00.0', pid: 4242, memoryBytes: 1024 ** 3 }]
  expect(readAmdProcesses(JSON.stringify([...busy, ...idle]), ids)).toEqual(expected)
  expect(readAmdProcesses(JSON.stringify({ gpu_data: busy }), ids)).toEqual(expected)
  expect(readAmdProcesses('ERROR', ids)).toEqual([])
})

test('a device is busy elsewhere only when no lease holds it', () => {
  const ids = ['a', 'b', 'c']
  const subset = fc.subarray(ids)
  fc.assert(
    fc.property(subset, subset, (claimed, used) => {
      const processes = used.map((deviceId) => ({ deviceId, pid: 1, memoryBytes: undefined }))
      const busy = busyElsewhere(
        ids.map((id) => device(id)),
        processes,
        new Set(claimed),
      )
      expect([...busy.keys()]).toEqual(used.filter((id) => !claimed.includes(id)))
    }),
  )
})

test('slices share their card’s processes, unless one of them is leased', () => {
  const slices = [device('MIG-1', 'GPU-a'), device('MIG-2', 'GPU-a'), device('GPU-b')]
  const processes = [{ deviceId: 'GPU-a', pid: 9, memoryBytes: undefined }]
  expect([...busyElsewhere(slices, processes, new Set()).keys()]).toEqual(['MIG-1', 'MIG-2'])
  expect([...busyElsewhere(slices, processes, new Set(['MIG-1'])).keys()]).toEqual([])
  const own = [{ deviceId: 'MIG-2', pid: 9, memoryBytes: undefined }]
  expect([...busyElsewhere(slices, own, new Set(['MIG-1'])).keys()]).toEqual(['MIG-2'])
})
