import { expect, test } from 'vitest'
import type { DiskHeld } from '../runtime/runtime.ts'
import { type Claim, noClaim } from './claims.ts'
import { createStock } from './stock.ts'

const onDisk = (bytes: number) => ({ class: 'default', heldBytes: bytes })

/** A machine with one disk, on which so much is free and so much was written by leases. */
async function stockOf(disk: { freeBytes: number; held: DiskHeld[] }, claims: Claim[] = []) {
  return await createStock({
    measure: async () => ({
      capacity: {
        cpuMillis: 1000,
        memoryBytes: 1000,
        storageBytes: { default: disk.freeBytes },
        devices: [],
        ips: 0,
      },
      cpuArch: 'amd64',
      cpuModel: '',
      gpus: { devices: [], ignored: [], driverVersions: {}, processes: [], problems: [] },
    }),
    runtime: { name: 'docker' },
    images: async () => [],
    diskHeld: async () => disk.held,
    holdings: { claims: () => claims },
  })
}

test('what kept volumes hold is not free', async () => {
  const stock = await stockOf({ freeBytes: 900, held: [] })
  stock.keep([onDisk(500)])
  expect(stock.free().storageBytes.default).toBe(400)
  stock.keep([])
  expect(stock.free().storageBytes.default).toBe(900)
})

test('a lease that fills its disk changes nothing, and what its owner puts beside it is gone', async () => {
  const disk = { freeBytes: 1000, held: [onDisk(0)] }
  const stock = await stockOf(disk, [{ ...noClaim, storageBytes: { default: 300 } }])
  expect(stock.free().storageBytes.default).toBe(700)
  Object.assign(disk, { freeBytes: 800, held: [onDisk(120), onDisk(80)] })
  await stock.measure()
  expect(stock.free().storageBytes.default).toBe(700)
  Object.assign(disk, { freeBytes: 250 })
  await stock.measure()
  expect(stock.free().storageBytes.default).toBe(150)
  expect(stock.free().overdrawn).toEqual([])
  Object.assign(disk, { freeBytes: 50 })
  await stock.measure()
  expect(stock.free()).toMatchObject({ storageBytes: { default: 0 }, overdrawn: ['storage default'] })
})
