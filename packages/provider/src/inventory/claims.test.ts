import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Capacity, type Claim, crowdedClass, freeOf, withHeld } from './claims.ts'
import type { Device } from './device.ts'

const device = (id: string): Device => ({ id, vendor: 'nvidia', model: 'rtx4090', memoryBytes: 1 })
const capacity: Capacity = {
  cpuMillis: 16_000,
  memoryBytes: 64e9,
  storageBytes: { default: 1e12, nvme: 5e11 },
  devices: ['a', 'b', 'c', 'd'].map(device),
  ips: 1,
}

const claimArbitrary = fc.record({
  cpuMillis: fc.nat(6000),
  memoryBytes: fc.nat(2 ** 31),
  storageBytes: fc.record({ default: fc.nat(2 ** 31), nvme: fc.nat(2 ** 31) }),
  ips: fc.nat(1),
})

test('free and claimed add up to what there is, and nothing is ever negative', () => {
  fc.assert(
    fc.property(
      fc.array(claimArbitrary, { maxLength: 6 }),
      fc.subarray(['a', 'b', 'c', 'd']),
      (parts, ids) => {
        const claims: Claim[] = parts.map((part, index) => ({ ...part, gpuIds: index === 0 ? ids : [] }))
        const free = freeOf(capacity, claims)
        const used = claims.reduce((total, { cpuMillis }) => total + cpuMillis, 0)
        expect(free.cpuMillis).toBe(Math.max(0, capacity.cpuMillis - used))
        expect(free.overdrawn.includes('cpu')).toBe(used > capacity.cpuMillis)
        expect(free.memoryBytes).toBeGreaterThanOrEqual(0)
        expect(free.storageBytes.nvme).toBeGreaterThanOrEqual(0)
        const taken = parts.length === 0 ? 0 : ids.length
        expect(free.devices).toHaveLength(4 - taken)
      },
    ),
  )
})

test('names a claimed card that is gone', () => {
  const claim: Claim = { cpuMillis: 0, memoryBytes: 0, storageBytes: {}, gpuIds: ['gone'], ips: 0 }
  expect(freeOf(capacity, [claim]).overdrawn).toEqual(['gone'])
})

test('never counts one card twice', () => {
  const claim: Claim = { cpuMillis: 0, memoryBytes: 0, storageBytes: {}, gpuIds: ['a'], ips: 0 }
  expect(() => freeOf(capacity, [claim, claim])).toThrow(RangeError)
})

test('refuses figures that are no whole numbers', () => {
  const claim: Claim = {
    cpuMillis: Number.MAX_SAFE_INTEGER,
    memoryBytes: 0,
    storageBytes: {},
    gpuIds: [],
    ips: 0,
  }
  expect(() => freeOf(capacity, [claim, { ...claim, cpuMillis: 1 }])).toThrow(RangeError)
})

test('classes on one disk share its room', () => {
  const pools = { default: 'disk-1', nvme: 'disk-1', hdd: 'disk-2' }
  const onOneDisk = {
    ...capacity,
    storageBytes: { default: 1000, nvme: 1000, hdd: 500 },
    storagePools: pools,
  }
  fc.assert(
    fc.property(fc.nat(1500), fc.nat(1500), fc.nat(400), (main, nvme, hdd) => {
      const claim: Claim = {
        cpuMillis: 0,
        memoryBytes: 0,
        gpuIds: [],
        ips: 0,
        storageBytes: { default: main, nvme, hdd },
      }
      const left = Math.max(0, 1000 - main - nvme)
      expect(freeOf(onOneDisk, [claim]).storageBytes).toEqual({ default: left, nvme: left, hdd: 500 - hdd })
      // What each class has room for may still be too much for the disk.
      const free = { default: 1000, nvme: 1000, hdd: 500 }
      expect(crowdedClass(claim.storageBytes, free, pools) === undefined).toBe(main + nvme <= 1000)
    }),
  )
})

test('a withheld card is neither free nor gone', () => {
  const free = freeOf(capacity, [], new Set(['b']))
  expect(free.devices.map(({ id }) => id)).toEqual(['a', 'c', 'd'])
  expect(free.overdrawn).toEqual([])
})

test('what a disk held when it was measured counts once, on every class that shares the disk', () => {
  const pooled = { ...capacity, storagePools: { default: 'a', nvme: 'a', hdd: 'b' } }
  const held = [
    { class: 'default', heldBytes: 7 },
    { class: 'nvme', heldBytes: 5 },
    { class: 'hdd', heldBytes: 3 },
  ]
  expect(withHeld(pooled, held).storageBytes).toEqual({ default: 1e12 + 12, nvme: 5e11 + 12 })
  expect(withHeld(capacity, held).storageBytes).toEqual({ default: 1e12 + 7, nvme: 5e11 + 5 })
})
