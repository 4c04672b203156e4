import { randomBytes } from 'node:crypto'
import type { Hex } from '@sublet/protocol'
import { createLog, createVault, openStore } from '@sublet/service'
import { describeWith, testDatabaseUrl } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainLease } from '../testing/plain-lease.ts'
import { createJournal, type Journal } from './journal.ts'
import { migrations, type Tables } from './tables.ts'

const idOf = (number: number): Hex => `0x${number.toString(16).padStart(64, '0')}`
const tenantOf = (number: number) => `0x${number.toString(16).padStart(40, '0')}` as const

describeWith('postgres')('the journal', () => {
  const schema = `provider_journal_${randomBytes(5).toString('hex')}`
  let nowMs = 1_800_000_000_000
  let journal: Journal
  let close: () => Promise<void>

  beforeAll(async () => {
    const log = createLog({ name: 'test', level: 'silent' })
    const store = await openStore<Tables>({ url: testDatabaseUrl, schema, migrations, log })
    const vault = createVault(randomBytes(32), { purpose: 'test 1', hint: '' })
    journal = createJournal(store, vault, () => nowMs)
    close = async () => {
      await store.pool.query(`drop schema ${schema} cascade`)
      await store.close()
    }
  })
  afterAll(() => close?.())

  test('lists a tenant’s ended leases however many others’ have ended since', async () => {
    await journal.addLease(
      plainLease(idOf(1), { agreement: { tenant: tenantOf(1) }, status: { phase: 'closed' } }),
    )
    for (let other = 2; other < 12; other += 1) {
      nowMs += 1_000
      const status = { phase: 'lapsed' as const }
      await journal.addLease(plainLease(idOf(other), { agreement: { tenant: tenantOf(2) }, status }))
    }
    const idsOf = async (tenant: Hex, limit: number) =>
      (await journal.endedLeases(tenant, limit)).map(({ leaseId }) => leaseId)
    expect(await idsOf(tenantOf(1), 5)).toEqual([idOf(1)])
    expect(await idsOf(tenantOf(2), 2)).toEqual([idOf(11), idOf(10)])
    expect(await idsOf(tenantOf(3), 5)).toEqual([])
  })

  test('knows which leases closed lately, and none that lapsed', async () => {
    const sinceMs = nowMs
    nowMs += 1_000
    const closed = plainLease(idOf(20), { status: { phase: 'closing' } })
    await journal.addLease(closed)
    await journal.addLease(plainLease(idOf(21), { status: { phase: 'lapsed' } }))
    expect(await journal.closedAfter(sinceMs)).toEqual([])
    await journal.saveLease({ ...closed, status: { ...closed.status, phase: 'closed' } })
    expect((await journal.closedAfter(sinceMs)).map(({ leaseId }) => leaseId)).toEqual([idOf(20)])
    expect(await journal.closedAfter(nowMs)).toEqual([])
  })
})
