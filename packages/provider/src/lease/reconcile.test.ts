import { type Hex, isEnded, leasePhases } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Mending, mendingKey, reconcile, type Views } from './reconcile.ts'

const idOf = (number: number): Hex => `0x${number.toString(16).padStart(64, '0')}`
const leaseId = fc.integer({ min: 0, max: 9 }).map(idOf)
const someLeases = fc.uniqueArray(leaseId).map((ids) => new Set(ids))

const views: fc.Arbitrary<Views> = fc.record({
  journal: fc.record({
    leases: fc.uniqueArray(fc.record({ leaseId, phase: fc.constantFrom(...leasePhases) }), {
      selector: (one) => one.leaseId,
    }),
    reserved: someLeases,
  }),
  machine: fc.record({
    instances: fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1 }), leaseId, service: fc.constant('web') }),
      { selector: ({ id }) => id },
    ),
    held: someLeases,
    lookedAfter: someLeases,
  }),
  chain: fc
    .uniqueArray(
      fc.tuple(
        leaseId,
        fc.record({
          status: fc.constantFrom('none' as const, 'open' as const, 'closed' as const, 'cancelled' as const),
          openedAt: fc.nat(),
        }),
      ),
      { selector: ([id]) => id },
    )
    .map((entries) => new Map(entries)),
})

/** The world after a mending, as the shell brings it about. */
function mend({ journal, machine, chain }: Views, action: Mending): Views {
  const { instances } = machine
  const held = new Set(machine.held)
  const lookedAfter = new Set(machine.lookedAfter)
  if (action.kind === 'remove-instance') {
    const left = instances.filter(({ id }) => id !== action.instanceId)
    return { journal, chain, machine: { ...machine, instances: left } }
  }
  if (action.kind === 'release') held.delete(action.leaseId)
  else lookedAfter.add(action.leaseId)
  const leases = journal.leases.map((lease) =>
    action.kind.startsWith('settle-') && lease.leaseId === action.leaseId
      ? { ...lease, phase: 'closing' as const }
      : lease,
  )
  return { journal: { ...journal, leases }, chain, machine: { ...machine, held, lookedAfter } }
}

test('leaves nothing to mend, no instance without a lease, no lease that nobody looks after', () => {
  fc.assert(
    fc.property(views, (before) => {
      const after = reconcile(before).reduce(mend, before)
      expect(reconcile(after)).toEqual([])
      const live = new Set(
        after.journal.leases.filter(({ phase }) => !isEnded(phase)).map((lease) => lease.leaseId),
      )
      const { lookedAfter, instances, held } = after.machine
      for (const id of live) expect(lookedAfter.has(id)).toBe(true)
      for (const instance of instances) expect(lookedAfter.has(instance.leaseId)).toBe(true)
      for (const id of held) expect(lookedAfter.has(id) || after.journal.reserved.has(id)).toBe(true)
    }),
  )
})

test('touches nothing of a lease that is looked after, and concludes nothing from a silent chain', () => {
  fc.assert(
    fc.property(views, (before) => {
      const { lookedAfter } = before.machine
      expect(reconcile(before).filter((action) => lookedAfter.has(action.leaseId))).toEqual([])
      const blind = reconcile({ ...before, chain: new Map() })
      expect(blind.filter(({ kind }) => kind.startsWith('settle-'))).toEqual([])
    }),
  )
})

test('settles a lease that was opened after it had lapsed', () => {
  const lease = { leaseId: idOf(1), phase: 'lapsed' as const }
  const machine = { instances: [], held: new Set<Hex>(), lookedAfter: new Set<Hex>() }
  const journal = { leases: [lease], reserved: new Set<Hex>() }
  const seen = (status: 'none' | 'open' | 'closed') =>
    reconcile({ journal, machine, chain: new Map([[lease.leaseId, { status, openedAt: 7 }]]) })
  expect(seen('open')).toMatchObject([{ kind: 'settle-late', leaseId: lease.leaseId, openedAt: 7 }])
  expect([...seen('none'), ...seen('closed')]).toEqual([])
})

test('settles once more what is closed here and open on chain', () => {
  const lease = { leaseId: idOf(1), phase: 'closed' as const }
  const machine = { instances: [], held: new Set<Hex>(), lookedAfter: new Set<Hex>() }
  const journal = { leases: [lease], reserved: new Set<Hex>() }
  const seen = (status: 'none' | 'open' | 'closed') =>
    reconcile({ journal, machine, chain: new Map([[lease.leaseId, { status, openedAt: 7 }]]) })
  expect(seen('open')).toMatchObject([{ kind: 'settle-again', leaseId: lease.leaseId }])
  expect([...seen('none'), ...seen('closed')]).toEqual([])
})

test('knows what is amiss again, and only that', () => {
  fc.assert(
    fc.property(views, (before) => {
      const keys = reconcile(before).map(mendingKey)
      expect(new Set(keys).size).toBe(keys.length)
      expect(reconcile(before).map(mendingKey)).toEqual(keys)
    }),
  )
})
