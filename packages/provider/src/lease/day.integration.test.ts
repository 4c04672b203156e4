import { accrued, type Hex, type LeaseStatus } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { createSkippingClock, skipTime } from '../testing/skipping-clock.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const hourSeconds = 3_600
const prices = { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' }
/** Steps of a test take real seconds, which the leases pay too. */
const slackSeconds = 120

const idle = () =>
  groupOf(serviceOf({ command: ['/bin/sleep'], args: ['1000000'], stopGraceMs: 100, ports: [] }))
const job = () =>
  groupOf(serviceOf({ command: ['/bin/sleep'], args: ['1'], restart: { policy: 'never' }, ports: [] }))
const reached = () => groupOf(serviceOf({ ports: [httpPort(8080)], stopGraceMs: 100 }))

describeWith('postgres')('a day of leases', () => {
  test('pays every lease for what it served and no second more, and leaves nothing behind', {
    timeout: 300_000,
  }, async () => {
    const clock = createSkippingClock()
    await using network = await startTestNetwork({ now: clock.now })
    const { tenant } = network
    const start = () => network.start({ runtime: 'host', prices }, { now: clock.now, sleep: clock.sleep })
    let provider = await start()
    const begun = await tenant.chain.escrowBalance()
    const ended: LeaseStatus[] = []

    const skip = (seconds: number) => skipTime(clock, network.rpcUrl, seconds)
    const end = async (leaseId: Hex) => {
      const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
      ended.push(closed)
      return closed
    }
    const rent = async (...order: Parameters<TestNetwork['tenant']['rent']>) => {
      const leaseId = await tenant.rent(...order)
      await tenant.until(leaseId, ({ phase }) => phase !== 'accepted' && isUp(phase))
      return leaseId
    }
    const closeByTenant = async (leaseId: Hex) => {
      const opening = await tenant.chain.leaseOpening(leaseId)
      if (opening === undefined) throw new Error(`${leaseId} was not opened`)
      await tenant.chain.closeLease(opening.agreement)
      return await end(leaseId)
    }

    for (let round = 0; round < 6; round += 1) {
      const short = await rent(idle(), { depositSeconds: 2 * hourSeconds })
      const long = await rent(idle(), { depositSeconds: 12 * hourSeconds })
      const done = await rent(job(), { depositSeconds: hourSeconds })
      await tenant.until(done, ({ phase }) => phase === 'closing' || phase === 'closed')
      expect((await closeByTenant(done)).endReason).toBe('job-ended')
      if (round % 2 === 0) {
        await skip(hourSeconds)
        const opening = await tenant.chain.leaseOpening(short)
        if (opening === undefined) throw new Error('the lease was not opened')
        await tenant.chain.topUp(opening.agreement, opening.agreement.deposit)
        await provider.withdraw()
        await skip(3 * hourSeconds)
      } else await skip(4 * hourSeconds)
      // Its money has ended while everybody slept: twice as late where it was topped up.
      const closed = await end(short)
      const paidSeconds = (round % 2 === 0 ? 4 : 2) * hourSeconds
      expect(closed).toMatchObject({ endReason: 'funds-ended', refunded: 0n })
      expect(closed.paid).toBe((closed.ratePerHour * BigInt(paidSeconds)) / 3_600n)
      await closeByTenant(long)
    }

    // The provider is away for an hour, which nobody pays.
    const unreached = await rent(reached(), { depositSeconds: 6 * hourSeconds })
    await skip(hourSeconds)
    await provider.stop({ keepLeases: true })
    await skip(hourSeconds)
    provider = await start()
    await tenant.until(unreached, ({ creditSeconds = 0 }) => creditSeconds >= hourSeconds)
    const credited = await closeByTenant(unreached)
    expect(Number(credited.paid) / Number(credited.ratePerHour)).toBeLessThan(1 + slackSeconds / hourSeconds)

    for (const lease of ended) {
      const { ratePerHour, openedAt = 0, phaseAtMs, paid = 0n, creditSeconds = 0 } = lease
      const served = Math.ceil((phaseAtMs.closing ?? 0) / 1000) - creditSeconds + slackSeconds
      const most = { ratePerHour, deposit: 10n ** 30n, openedAt, maxDuration: 0 }
      expect(paid).toBeLessThanOrEqual(accrued(most, served))
    }
    const paid = ended.reduce((sum, lease) => sum + (lease.paid ?? 0n), 0n)
    expect(begun - (await tenant.chain.escrowBalance())).toBe(paid)
    const { used, leases, mended } = await provider.status()
    expect({ used, leases, mended }).toMatchObject({
      used: { cpuMillis: 0, memoryBytes: 0, devices: 0 },
      leases: [],
      mended: [],
    })
    await provider.stop({ keepLeases: false })
  })
})

function isUp(phase: LeaseStatus['phase']): boolean {
  return phase === 'active' || phase === 'closing' || phase === 'closed'
}
