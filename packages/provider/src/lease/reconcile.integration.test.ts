import { escrowAbi } from '@sublet/contracts'
import { describeWith } from '@sublet/testing'
import { createWalletClient, http } from 'viem'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startTestNetwork } from '../testing/test-network.ts'

describeWith('postgres')('journal, machine and chain', () => {
  test('a lease that somebody opens after it has lapsed is settled, and nothing is paid', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const provider = await network.start({ runtime: 'host', reconcileEveryMs: 200 })
    const group = groupOf(
      serviceOf({
        ports: [httpPort(8080)],
        command: [process.execPath],
        args: ['-e', 'process.exit(3)'],
        restart: { policy: 'never' },
      }),
    )
    const bid = await tenant.order(group)
    const manifest = await tenant.manifest(bid, group)
    const { leaseId } = await tenant.provider.createLease(manifest)
    await tenant.until(leaseId, ({ phase }) => phase === 'lapsed')
    const before = await tenant.chain.escrowBalance()

    const wallet = createWalletClient({ account: tenant.account, transport: http(network.rpcUrl) })
    await wallet.writeContract({
      address: network.addresses.escrow,
      abi: escrowAbi,
      functionName: 'open',
      args: [bid.agreement, manifest.tenantSignature, manifest.providerSignature],
      chain: null,
    })
    const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    expect(closed).toMatchObject({ paid: 0n, refunded: bid.agreement.deposit })
    expect(await tenant.chain.escrowBalance()).toBe(before)
    const { mended, used } = await provider.status()
    expect(mended).toMatchObject([{ leaseId, message: expect.stringContaining('after it had lapsed') }])
    expect(used.cpuMillis).toBe(0)
    const events = []
    for await (const { reason } of tenant.provider.timeline(leaseId)) events.push(reason)
    expect(events).toContain('mended')
  })
})
