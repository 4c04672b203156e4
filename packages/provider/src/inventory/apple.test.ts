import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { readSystemProfiler } from './apple.ts'

/** One entry of `system_profiler SPDisplaysDataType -json`, as chromium's crossbench and others recorded it. */
const entry = (model: string, more: object = {}) => ({
  _name: model,
  spdisplays_ndrvs: [{ _name: 'Color LCD', _spdisplays_pixels: '3456 x 2234' }],
  spdisplays_vendor: 'sppci_vendor_Apple',
  sppci_bus: 'spdisplays_builtin',
  sppci_cores: '40',
  sppci_device_type: 'spdisplays_gpu',
  sppci_model: model,
  ...more,
})
const output = (...entries: object[]) => JSON.stringify({ SPDisplaysDataType: entries })

test('knows Apple’s chips, whose memory is the machine’s', () => {
  for (const [name, model] of [
    ['Apple M1', 'm1'],
    ['Apple M1 Pro', 'm1pro'],
    ['Apple M2 Ultra', 'm2ultra'],
    ['Apple M3 Max', 'm3max'],
    ['Apple M4', 'm4'],
    ['Apple M5', 'm5'],
  ] as const) {
    expect(readSystemProfiler(output(entry(name)), 64 * gibibyte).devices).toEqual([
      { id: 'apple-0', vendor: 'apple', model, memoryBytes: 48 * gibibyte },
    ])
  }
  const older = { _name: 'spdisplays_builtin', sppci_model: 'Apple M4' }
  expect(readSystemProfiler(output(older), 16 * gibibyte).devices[0]?.model).toBe('m4')
})

test('names other makers’ cards instead of offering them', () => {
  const { devices, ignored } = readSystemProfiler(
    output(
      { _name: 'Intel Iris Pro', sppci_model: 'Intel Iris Pro', spdisplays_vram_shared: '1536 MB' },
      { _name: 'Radeon Pro 5500M', sppci_model: 'Radeon Pro 5500M', spdisplays_vram: '4 GB' },
      { sppci_bus: 'no name at all' },
    ),
    16 * gibibyte,
  )
  expect(devices).toEqual([])
  expect(ignored).toHaveLength(2)
  expect(readSystemProfiler('not json', gibibyte).devices).toEqual([])
})
