import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { readXpuSmi, xpuSmiIds } from './intel.ts'

const summary = ({ devices }: ReturnType<typeof readXpuSmi>) =>
  devices.map(({ id, model, memoryBytes }) => [id, model, memoryBytes / gibibyte])

/** One card of `xpu-smi discovery -j`, in the shape of intel/xpumanager’s guide and its issue 127. */
const listed = (deviceId: number, name: string, bdf: string, more: object = {}) => ({
  device_function_type: 'physical',
  device_id: deviceId,
  device_name: name,
  device_type: 'GPU',
  drm_device: `/dev/dri/card${deviceId}`,
  pci_bdf_address: bdf,
  pci_device_id: '0x0000',
  uuid: '00000000-0000-0029-0000-002f0bda8086',
  vendor_name: 'Intel(R) Corporation',
  ...more,
})
const list = (...cards: object[]) => JSON.stringify({ device_list: cards })

/** Names and forms of memory as cards' owners posted them; sizes a little under the nominal ones, as drivers report. */
const cards: [name: string, more: object, detail: object, model: string, gib: number][] = [
  [
    'Intel(R) Data Center GPU Max 1100',
    { pci_device_id: '0xbda' },
    { memory_physical_size_byte: '51539607552' },
    'max1100',
    48,
  ],
  [
    'Intel(R) Data Center GPU Max 1550',
    { pci_device_id: '0xbd5' },
    { memory_physical_size: '131072.00 MiB' },
    'max1550',
    128,
  ],
  [
    'Intel(R) Data Center GPU Flex 170',
    { pci_device_id: '0x56c0' },
    { memory_physical_size: '14248.00 MiB', memory_physical_size_byte: 14942253056 },
    'flex170',
    16,
  ],
  [
    'Intel(R) Arc(TM) A770 Graphics',
    { pci_device_id: '0x56a0' },
    { memory_physical_size: '16288.00 MiB' },
    'arca770',
    16,
  ],
  [
    'Intel(R) Graphics [0xe211]',
    { pci_device_id: '0xe211' },
    { memory_physical_size_byte: '25669140480' },
    'arcprob60',
    24,
  ],
  ['Intel(R) Arc(TM) Pro B70 Graphics', {}, { memory_physical_size_byte: 34242297856 }, 'arcprob70', 32],
  ['Intel(R) Arc(TM) B580 Graphics', { pci_device_id: '0xe20b' }, { memory_size: 12216 }, 'arcb580', 12],
]

test('knows Intel’s cards, whichever field and form their memory is in', () => {
  const listing = list(...cards.map(([name, more], id) => listed(id, name, `0000:${id + 10}:00.0`, more)))
  const details = cards.map(([name, , detail], id) =>
    JSON.stringify({ device_id: id, device_name: name, driver_version: 'XE_1.0.4', ...detail }),
  )
  expect(xpuSmiIds(listing)).toEqual(cards.map((_, id) => String(id)))
  const reading = readXpuSmi(listing, details)
  expect(summary(reading)).toEqual(
    cards.map(([, , , model, gib], id) => [`intel-0000:${id + 10}:00.0`, model, gib]),
  )
  expect(reading.driverVersion).toBe('XE_1.0.4')
  // Version 2 wraps the details of one card in a list too.
  expect(
    summary(
      readXpuSmi(
        listing,
        details.map((one) => list(JSON.parse(one) as object)),
      ),
    ),
  ).toHaveLength(7)
})

test('leaves virtual functions and a processor’s own graphics out, and names a card without memory', () => {
  const listing = list(
    listed(0, 'Intel(R) UHD Graphics 770', '0000:00:02.0', { pci_device_id: '0x4680' }),
    listed(1, 'Intel(R) Graphics', '0000:00:02.0', { pci_device_id: '0x7d55' }),
    listed(2, 'Intel(R) Data Center GPU Flex 170', '0000:4d:00.1', { device_function_type: 'virtual' }),
    listed(3, 'Intel(R) Arc(TM) A750 Graphics', '0000:03:00.0'),
  )
  expect(xpuSmiIds(listing)).toEqual(['0', '1', '3'])
  const { devices, ignored } = readXpuSmi(listing, [
    '{"device_id": 3, "memory_physical_size": "N/A"}',
    'Error',
  ])
  expect(devices).toEqual([])
  expect(ignored).toHaveLength(1)
  expect(ignored[0]).toContain('A750')
})

test('takes an error for no cards at all', () => {
  for (const output of [
    '',
    'Error: XPUM Service is not running',
    '{"device_list": null}',
    '{"error": "x"}',
  ]) {
    expect(readXpuSmi(output, []).devices).toEqual([])
  }
})
