import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reviewVolumes } from './review-volumes.ts'

const tenants = [`0x${'01'.repeat(20)}`, `0x${'02'.repeat(20)}`] as const
const owner = { network: '1:0x', provider: `0x${'0a'.repeat(20)}` } as const
const leaseId = `0x${'0b'.repeat(32)}`
const volumes = fc.uniqueArray(
  fc.record({
    name: fc.string({ minLength: 1 }),
    owner: fc.record({
      network: fc.constant(owner.network),
      provider: fc.constant(owner.provider),
      tenant: fc.constantFrom(...tenants),
      deployment: fc.constantFrom('app', 'other', leaseId),
      name: fc.string(),
    }),
    class: fc.constant('default'),
    heldBytes: fc.nat(),
  }),
  { selector: ({ name }) => name },
)
const live = fc.array(
  fc.record({
    leaseId: fc.constantFrom(leaseId, `0x${'0c'.repeat(32)}`),
    tenant: fc.constantFrom(...tenants),
    deployment: fc.constantFrom('app', 'other'),
  }),
)

test('never removes what a live lease may use, nor a kept one before its time', () => {
  fc.assert(
    fc.property(volumes, live, fc.nat(100), fc.nat(100), (all, leases, usedAt, retentionMs) => {
      const used = new Map(all.filter((_, index) => index % 2 === 0).map(({ name }) => [name, usedAt]))
      const { inUse, kept, remove } = reviewVolumes(all, leases, used, { nowMs: 100, retentionMs })
      expect(inUse.length + kept.length + remove.length).toBe(all.length)
      for (const { name, owner: of } of remove) {
        expect(leases.some((one) => one.tenant === of.tenant && one.deployment === of.deployment)).toBe(false)
        expect(leases.some((one) => one.leaseId === of.deployment)).toBe(false)
        if (of.deployment !== leaseId) expect((used.get(name) ?? 100) + retentionMs).toBeLessThanOrEqual(100)
      }
      for (const { volume, untilMs } of kept) {
        expect(volume.owner.deployment).not.toBe(leaseId)
        expect(untilMs).toBeGreaterThan(100)
      }
    }),
  )
})
