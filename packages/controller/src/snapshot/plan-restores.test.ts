import { type Group, readWorkload } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { persistentVolumes, planRestores, type Snapshot } from './plan-restores.ts'

const { workload } = readWorkload(
  `name: shop
services:
  web:
    image: web
    replicas: 2
    volumes: {cache: {size: 1Gi, mount: /cache}, data: {size: 1Gi, persistent: true, mount: /data}}
  db:
    image: db
    volumes: {common: {size: 1Gi, persistent: true, shared: true, mount: /common}}
`,
  { file: 'shop.yaml', format: 'sublet' },
)
const group = workload?.groups[0] as Group
const names = ['common', 'web/0/data', 'web/1/data']
const place = { bucket: 'b', key: 'k', region: 'r', credentials: { id: 'i', key: 'k' } }

test('every replica has its own volume, and a shared one is one', () => {
  expect(persistentVolumes(group).sort()).toEqual(names)
})

test('restores the last snapshot of each lasting volume, and none over a volume that is there', () => {
  const deployment = fc.constantFrom('shop', 'other')
  const volume = fc.constantFrom(...names, 'web/0/cache')
  const snapshots = fc.array(
    fc.record<Snapshot>({ deployment, volume, takenAtMs: fc.nat(50), place: fc.constant(place) }),
  )
  fc.assert(
    fc.property(snapshots, fc.array(fc.record({ deployment, volume })), (taken, kept) => {
      const plan = planRestores('shop', group, taken, kept)
      expect(new Set(plan.map((one) => one.volume)).size).toBe(plan.length)
      for (const one of plan) {
        expect(one.deployment).toBe('shop')
        expect(kept).not.toContainEqual({ deployment: 'shop', volume: one.volume })
        const newer = taken.filter(
          (other) =>
            other.deployment === 'shop' && other.volume === one.volume && other.takenAtMs > one.takenAtMs,
        )
        expect(newer).toEqual([])
      }
      for (const name of names) {
        const isThere = kept.some((one) => one.deployment === 'shop' && one.volume === name)
        const isTaken = taken.some((one) => one.deployment === 'shop' && one.volume === name)
        expect(plan.some((one) => one.volume === name)).toBe(isTaken && !isThere)
      }
    }),
  )
})
