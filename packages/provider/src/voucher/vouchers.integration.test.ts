import { escrowAbi } from '@sublet/contracts'
import { depositFor } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startKillable } from '../testing/killable-provider.ts'
import { startTestNetwork } from '../testing/test-network.ts'
import { voucherIntervalSeconds } from '../testing/test-tenant.ts'
import { rentByVoucher } from '../testing/voucher-tenant.ts'

const prices = { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' }
const group = () => groupOf(serviceOf({ ports: [httpPort(8080)], stopGraceMs: 500 }))

describeWith('postgres')('a lease paid by vouchers', () => {
  test('is served interval by interval, opened nowhere, and redeemed in one transaction', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const provider = await network.start({ runtime: 'host', prices })
    const lease = await rentByVoucher(tenant, group())
    const { leaseId, agreement } = lease
    const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')
    const first = active.voucher?.paidUntil ?? 0
    const later = await tenant.until(
      leaseId,
      ({ voucher }) => (voucher?.paidUntil ?? 0) > first + voucherIntervalSeconds,
    )
    expect(later.phase).toBe('active')
    expect((await tenant.chain.lease(leaseId)).status).toBe('none')
    await tenant.provider.close(leaseId)
    const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    await lease.stopPaying()
    const { paid = 0n, refunded = 0n } = closed
    const interval = depositFor(agreement.ratePerHour, voucherIntervalSeconds)
    expect(paid).toBeGreaterThan(interval)
    // No more lies with the provider unserved than an interval.
    expect(refunded).toBeLessThanOrEqual(interval)

    const moved = await provider.withdraw()
    const channel = await tenant.chain.channels.channel(provider.address)
    expect(channel.redeemed).toBe(paid + refunded)
    expect(moved).toBe(channel.redeemed)
    // What was paid ahead and not served pays for the next lease.
    const next = await rentByVoucher(tenant, group(), lease.payer)
    const again = await tenant.until(next.leaseId, ({ phase }) => phase === 'active')
    expect(again.voucher?.held?.total).toBeLessThanOrEqual(paid + 2n * interval)
    await tenant.provider.close(next.leaseId)
    await tenant.until(next.leaseId, ({ phase }) => phase === 'closed')
    await next.stopPaying()
    expect((await provider.status()).used.cpuMillis).toBe(0)
  })

  test('ends with its reason when its tenant signs no more, and costs what was served', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    await network.start({ runtime: 'host', prices })
    const lease = await rentByVoucher(tenant, group())
    await tenant.until(lease.leaseId, ({ phase }) => phase === 'active')
    await lease.stopPaying()
    const closed = await tenant.until(lease.leaseId, ({ phase }) => phase === 'closed')
    expect(closed).toMatchObject({
      endReason: 'funds-ended',
      message: 'No voucher came for the next interval.',
      paid: closed.voucher?.held?.total,
      refunded: 0n,
    })
  })

  test('is redeemed together with those of other tenants, in one transaction', async () => {
    await using network = await startTestNetwork()
    const tenants = [network.tenant, await network.neighbour()]
    const provider = await network.start({ runtime: 'host', prices })
    for (const tenant of tenants) {
      const lease = await rentByVoucher(tenant, group())
      await tenant.until(lease.leaseId, ({ phase }) => phase === 'active')
      await tenant.provider.close(lease.leaseId)
      await tenant.until(lease.leaseId, ({ phase }) => phase === 'closed')
      await lease.stopPaying()
    }
    const moved = await provider.withdraw()
    const { publicClient } = network.tenant.chain
    const redeemed = await publicClient.getContractEvents({
      address: network.addresses.escrow,
      abi: escrowAbi,
      eventName: 'VoucherRedeemed',
      fromBlock: 0n,
      strict: true,
    })
    expect(new Set(redeemed.map(({ args }) => args.tenant.toLowerCase()))).toEqual(
      new Set(tenants.map(({ address }) => address)),
    )
    expect(new Set(redeemed.map(({ transactionHash }) => transactionHash)).size).toBe(1)
    expect(redeemed.reduce((sum, { args }) => sum + args.total, 0n)).toBe(moved)
  })

  test('is redeemed before its tenant can take the collateral back, and lives on until then', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const provider = await network.start({ runtime: 'host', prices, redeemEveryMs: 200 })
    const lease = await rentByVoucher(tenant, group())
    await tenant.until(lease.leaseId, ({ phase }) => phase === 'active')
    expect((await tenant.chain.channels.channel(provider.address)).redeemed).toBe(0n)
    await tenant.chain.channels.requestUnlock(provider.address)
    await expect
      .poll(async () => (await tenant.chain.channels.channel(provider.address)).redeemed, { timeout: 20_000 })
      .toBeGreaterThan(0n)
    expect((await tenant.provider.lease(lease.leaseId)).phase).toBe('active')
    await lease.stopPaying()
    await tenant.until(lease.leaseId, ({ phase }) => phase === 'closed')
  })

  test('survives a crash of its provider: what was signed stands, and the lease is paid on', {
    timeout: 120_000,
  }, async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const killable = await startKillable(network, { runtime: 'host', prices })
    const lease = await rentByVoucher(tenant, group())
    const { leaseId } = lease
    const before = await tenant.until(
      leaseId,
      ({ phase, voucher }) => phase === 'active' && voucher?.held !== undefined,
    )
    await killable.kill()
    const provider = await network.start({ runtime: 'host', prices })
    const held = before.voucher?.held?.total ?? 0n
    const after = await tenant.until(leaseId, ({ voucher }) => (voucher?.held?.total ?? 0n) > held, 60_000)
    expect(after.phase).toBe('active')
    await tenant.provider.close(leaseId)
    const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    await lease.stopPaying()
    // Nothing that was signed is lost; the time of the crash itself is the provider's to bear.
    await provider.withdraw()
    const { redeemed } = await tenant.chain.channels.channel(provider.address)
    expect(redeemed).toBe(closed.voucher?.held?.total)
    expect((closed.paid ?? 0n) + (closed.refunded ?? 0n)).toBeLessThanOrEqual(redeemed)
  })

  test('is not begun on an empty channel, nor without a voucher', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    await network.start({ runtime: 'host', prices })
    const unfunded = await tenant.order(group(), { payment: 'voucher' })
    expect(unfunded.agreement.deposit).toBe(0n)
    await expect(tenant.provider.createLease(await tenant.manifest(unfunded, group()))).rejects.toMatchObject(
      { code: 'funds.insufficient' },
    )
  })
})
