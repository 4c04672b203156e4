import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { describeStatus } from './describe-status.ts'

const bare: Parameters<typeof describeStatus>[0] = {
  address: `0x${'ab'.repeat(20)}`,
  runtime: 'docker',
  draining: false,
  leaving: { windows: [] },
  indexers: [],
  used: { cpuMillis: 0, memoryBytes: 0, devices: 0 },
  total: { cpuMillis: 2000, memoryBytes: 8 * 1024 ** 3, devices: 0 },
  devices: [],
  leases: [],
  volumes: [],
  imagesAhead: { budgetBytes: 0, images: [], hits: 0 },
  balance: '0',
  earnings: { ratePerHour: '0', today: '0', total: '0' },
  events: [],
  mended: [],
  problems: [],
}
const textOf = (more: Partial<typeof bare>) => stripVTControlCharacters(describeStatus({ ...bare, ...more }))

test('tells the volumes that are kept, and until when', () => {
  const volume = {
    id: 'v',
    tenant: `0x${'7e'.repeat(20)}`,
    deployment: 'notes',
    volume: 'web/0/data',
  } as const
  const text = textOf({
    volumes: [
      { ...volume, inUse: true },
      { ...volume, deployment: 'old', inUse: false, keptUntilMs: Date.UTC(2027, 0, 31, 22) },
    ],
  })
  expect(text).toMatch(/web\/0\/data +notes +0x7e\w+ +in use/)
  expect(text).toMatch(/web\/0\/data +old +0x7e\w+ +kept until 2027-01-31 22:00 UTC/)
})

test('tells what is planned, and names no table that would be empty', () => {
  expect(textOf({})).not.toMatch(/VOLUME|LEASE|DEVICE|leaving/)
  const text = textOf({
    draining: true,
    leaving: {
      drain: { sinceMs: 0, byMs: Date.UTC(2027, 0, 1), reason: 'moving' },
      windows: [
        { id: 'a', fromMs: Date.UTC(2027, 1, 1), untilMs: Date.UTC(2027, 1, 2), reason: 'new disks' },
      ],
    },
  })
  expect(text).toContain('leaving    no new leases; the last one is gone by 2027-01-01 00:00 UTC')
  expect(text).toContain('leaving    away from 2027-02-01 00:00 UTC until 2027-02-02 00:00 UTC: new disks')
})

test('tells the images that were fetched ahead', () => {
  const images = [{ reference: 'docker.io/library/nginx:1', sizeBytes: 190 * 1024 ** 2 }]
  expect(textOf({ imagesAhead: { budgetBytes: 1e9, images: images as never[], hits: 0 } })).toMatch(
    /docker\.io\/library\/nginx:1.*190 MiB/,
  )
})
