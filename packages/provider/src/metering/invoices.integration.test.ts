import { invoiceOf } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startTestNetwork } from '../testing/test-network.ts'

describeWith('postgres')('invoices', () => {
  test('say what the chain says, to the last unit, while a lease runs and after it was drawn and closed', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const provider = await network.start({
      runtime: 'host',
      prices: { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' },
    })
    const before = await tenant.chain.escrowBalance()
    const leaseId = await tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)] })))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening === undefined) throw new Error('the lease was not opened')
    const { agreement } = opening
    await tenant.chain.topUp(agreement, 1_234n)
    // Usage is counted as it passes.
    let [running] = await provider.invoices()
    while ((running?.usageMs.web?.serving ?? 0) === 0) [running] = await provider.invoices()
    expect(running?.invoice).toMatchObject({ leaseId, state: 'open', toppedUp: 1_234n, paid: 0n })
    expect(running?.usageMs.web?.serving).toBeGreaterThan(0)

    // Drawing moves the earnings, and the fees with them, into balances, once there is more than the notice would cost.
    let drawn = 0n
    while (drawn === 0n) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      drawn = await provider.withdraw()
    }
    const settlement = await tenant.chain.closeLease(agreement)
    await tenant.until(leaseId, ({ phase }) => phase === 'closed')

    const history = (await tenant.chain.histories({ leaseId })).get(leaseId) ?? []
    const invoice = invoiceOf(history, 0)
    if (invoice === undefined) throw new Error('no invoice')
    expect(invoice).toMatchObject({ state: 'closed', amount: settlement.paid, refunded: settlement.refunded })
    expect(invoice.amount).toBe((agreement.ratePerHour * BigInt(invoice.servedSeconds)) / 3600n)
    expect(invoice.amount).toBe(invoice.toProvider + invoice.indexerFee + invoice.treasuryFee)
    expect(await tenant.chain.escrowBalance()).toBe(before - 1_234n - agreement.deposit + settlement.refunded)
    expect(await tenant.chain.escrowBalance(agreement.indexer)).toBe(invoice.indexerFee)
    expect(drawn + (await tenant.chain.escrowBalance(agreement.provider))).toBe(invoice.toProvider)
    expect(invoice.transactions.map(({ kind }) => kind)).toEqual(['opened', 'topped-up', 'drawn', 'closed'])
    expect((await provider.invoices()).map(({ invoice: one }) => one)).toEqual([invoice])
  })
})
