import { expect, test } from 'vitest'
import { createGpuReader } from './gpu-reader.ts'
import type { RunTool, ToolAnswer } from './run-tool.ts'
import { withheldDevices } from './withheld.ts'

const done = (stdout: string): ToolAnswer => ({ outcome: 'done', stdout, stderr: '' })

/** A machine on which the named tools print the given texts; by the first arguments where a tool is asked twice. */
function machineWith(outputs: Record<string, ToolAnswer>): RunTool {
  return async ({ program, args }) => {
    const found = Object.keys(outputs)
      .filter((name) => [program, ...args].join(' ').startsWith(name))
      .sort((a, b) => b.length - a.length)[0]
    return (found === undefined ? undefined : outputs[found]) ?? { outcome: 'absent' }
  }
}
const readerOf = (run: RunTool) => createGpuReader({ run, platform: 'linux', machineMemoryBytes: 64e9 })

const nvidia = {
  'nvidia-smi --query-gpu': done('GPU-1, NVIDIA GeForce RTX 4090, 24564, [N/A], 550.54.15\n'),
  'nvidia-smi -L': done('GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-1)\n'),
  'nvidia-smi --query-compute-apps': done('GPU-1, 4711, 9000\n'),
}
const mi210 = {
  gpu: 0,
  asic: { market_name: 'AMD Instinct MI210' },
  bus: { bdf: '0000:03:00.0' },
  vram: { size: { value: 65520, unit: 'MB' } },
}

test('puts the cards of all makers together', async () => {
  const read = readerOf(
    machineWith({
      ...nvidia,
      'amd-smi static': done(JSON.stringify([mi210])),
      'amd-smi process': done(JSON.stringify([{ gpu: 0, process_list: [] }])),
      'xpu-smi discovery -j': done(
        '{"device_list":[{"device_id":0,"device_name":"Intel(R) Arc(TM) A770 Graphics","pci_bdf_address":"0000:4d:00.0"}]}',
      ),
      'xpu-smi discovery -d 0': done('{"device_id":0,"memory_physical_size":"16288.00 MiB"}'),
    }),
  )
  const { devices, processes, problems, driverVersions } = await read()
  expect(devices.map(({ id, model }) => [id, model])).toEqual([
    ['GPU-1', 'rtx4090'],
    ['amd-0000:03:00.0', 'mi210'],
    ['intel-0000:4d:00.0', 'arca770'],
  ])
  expect(processes.map(({ deviceId, pid }) => [deviceId, pid])).toEqual([['GPU-1', 4711]])
  expect(problems).toEqual([])
  expect(driverVersions).toEqual({ nvidia: '550.54.15' })
})

test('falls back to rocm-smi where there is no amd-smi', async () => {
  const card = {
    'PCI Bus': '0000:03:00.0',
    'VRAM Total Memory (B)': '68702699520',
    'Card series': 'Instinct MI210',
  }
  const { devices } = await readerOf(machineWith({ 'rocm-smi': done(JSON.stringify({ card0: card })) }))()
  expect(devices.map(({ model }) => model)).toEqual(['mi210'])
})

test('a machine without any tool has no cards and no problem', async () => {
  expect(await readerOf(machineWith({}))()).toEqual({
    devices: [],
    ignored: [],
    driverVersions: {},
    processes: [],
    problems: [],
  })
})

test('keeps the cards of a driver that stops answering, and withholds them', async () => {
  const outputs: Record<string, ToolAnswer> = { ...nvidia }
  const read = readerOf((request) => machineWith(outputs)(request))
  expect((await read()).devices).toHaveLength(1)
  outputs['nvidia-smi --query-gpu'] = { outcome: 'silent', message: 'did not answer within 10 s' }
  const reading = await read()
  expect(reading.devices.map(({ id }) => id)).toEqual(['GPU-1'])
  const parts = { devices: reading.devices, reading, claimed: new Set<string>() }
  expect(withheldDevices({ ...parts, runtime: 'docker' }).map(({ id, reason }) => [id, reason])).toEqual([
    ['GPU-1', 'driver-silent'],
  ])
})

test('withholds what somebody else computes on, and what the runtime cannot hand over', async () => {
  const reading = await readerOf(machineWith(nvidia))()
  const withheld = (runtime: string, ...claimed: string[]) =>
    withheldDevices({ devices: reading.devices, reading, claimed: new Set(claimed), runtime })
  expect(withheld('docker')).toMatchObject([{ id: 'GPU-1', reason: 'busy-elsewhere' }])
  expect(withheld('docker')[0]?.message).toContain('4711')
  expect(withheld('docker', 'GPU-1')).toEqual([])
  const apple = { id: 'apple-0', vendor: 'apple', model: 'm3max', memoryBytes: 1 } as const
  const none = { processes: [], problems: [] }
  const onMac = (runtime: string) =>
    withheldDevices({ devices: [apple], reading: none, claimed: new Set(), runtime })
  expect(onMac('docker')).toMatchObject([{ reason: 'no-way-in' }])
  expect(onMac('host')).toEqual([])
})
