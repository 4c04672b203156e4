import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSubletError } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { storyOf } from '../testing/lease-story.ts'
import { startTestNetwork } from '../testing/test-network.ts'

/** What settling credits ahead for the last two transactions, and a second for the clocks' rounding. */
const closeSlackSeconds = 3
const prices = { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' }

describeWith('postgres')('leaving well', () => {
  test('tells the tenant, keeps the notice while it serves, lets the work be saved, and costs no penalty', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const saved = join(network.options.dataDir, 'saved')
    const before = await tenant.chain.escrowBalance()
    const first = await network.start({ runtime: 'host', prices })
    const web = serviceOf({
      ports: [httpPort(8080)],
      beforeStop: {
        command: [process.execPath, '-e', `fs.writeFileSync(${JSON.stringify(saved)}, 'saved')`],
        timeoutMs: 10_000,
      },
    })
    const leaseId = await tenant.rent(groupOf(web))
    const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')

    await first.leaving.addWindow({
      fromMs: Date.now() + 90_000,
      untilMs: Date.now() + 180_000,
      reason: 'disks',
    })
    const told = await tenant.until(leaseId, ({ leavesAtMs }) => leavesAtMs !== undefined)
    expect(told).toMatchObject({ phase: 'active', services: [{ ready: 1 }] })
    expect(told.message).toContain('disks')
    // A lease of an hour would run into it, one of a minute would not.
    await expect(tenant.order(groupOf(serviceOf()))).rejects.toSatisfy(
      (error) =>
        isSubletError(error, 'bid.declined') && error.message.includes('the provider is there until'),
    )
    await tenant.order(groupOf(serviceOf()), { depositSeconds: 60 })

    const byMs = Date.now() + 12_000
    await first.leaving.drain({ byMs, reason: 'sold' })
    await expect(tenant.order(groupOf(serviceOf()), { depositSeconds: 4 })).rejects.toSatisfy((error) =>
      isSubletError(error, 'bid.declined'),
    )
    // A new version of the provider goes on where the old one stopped, with the same containers and the same plans.
    await first.stop({ keepLeases: true })
    const second = await network.start({ runtime: 'host', prices })
    expect((await second.status()).leaving).toMatchObject({
      drain: { byMs, reason: 'sold' },
      windows: [{ reason: 'disks' }],
    })
    const closing = await tenant.until(leaseId, ({ phase }) => phase === 'closing' || phase === 'closed')
    expect(closing.phaseAtMs.closing).toBeGreaterThanOrEqual(byMs)
    const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    expect(closed).toMatchObject({ endReason: 'provider-closed', services: [{ restarts: 0 }] })
    expect(closed.message).toContain('sold')
    expect(await readFile(saved, 'utf8')).toBe('saved')
    // Served to the end and paid to the end: what was taken off is downtime and what the close itself took, and no
    // penalty came to the tenant.
    const story = await storyOf(tenant, leaseId)
    const stoppedAt = Math.floor((closed.phaseAtMs.closing ?? 0) / 1000)
    const closeTook = story.creditSeconds - (closed.creditSeconds ?? 0)
    expect(closeTook).toBeLessThanOrEqual((story.creditedAt ?? stoppedAt) - stoppedAt + closeSlackSeconds)
    const paidSeconds = story.closedAt - story.openedAt - story.creditSeconds
    expect(closed.paid).toBe((active.ratePerHour * BigInt(paidSeconds)) / 3600n)
    expect(story.kinds).not.toContain('penalised')
    expect(await tenant.chain.escrowBalance()).toBe(before - (closed.paid ?? 0n))

    await second.leaving.cancelDrain()
    expect((await second.status()).draining).toBe(false)
  })
})
