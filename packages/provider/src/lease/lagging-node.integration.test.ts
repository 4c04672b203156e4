import { escrowAbi } from '@sublet/contracts'
import { describeWith } from '@sublet/testing'
import { createWalletClient, http } from 'viem'
import { expect, test, vi } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startLaggingNode } from '../testing/lagging-node.ts'
import { startTestNetwork } from '../testing/test-network.ts'

const patience = { timeout: 30_000, interval: 50 }

describeWith('postgres')('a node that is behind', () => {
  test('ends no lease whose opening it has not heard of, and settles none', async () => {
    await using network = await startTestNetwork()
    await using node = await startLaggingNode(network.rpcUrl)
    const { tenant } = network
    const provider = await network.start({ runtime: 'host', reconcileEveryMs: 200 }, { rpcUrl: node.url })
    const group = groupOf(serviceOf({ ports: [httpPort(8080)] }))
    const bid = await tenant.order(group)
    await node.fallBehind()
    const { leaseId } = await tenant.provider.createLease(await tenant.manifest(bid, group))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    const seen = node.staleAnswers()
    await vi.waitFor(() => expect(node.staleAnswers()).toBeGreaterThan(seen + 3), patience)
    expect((await tenant.provider.lease(leaseId)).phase).toBe('active')

    await tenant.provider.close(leaseId)
    const later = node.staleAnswers()
    await vi.waitFor(() => expect(node.staleAnswers()).toBeGreaterThan(later + 3), patience)
    expect((await tenant.provider.lease(leaseId)).phase).toBe('closing')
    node.catchUp()
    const { paid } = await tenant.chain.closeLease(bid.agreement)
    const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    expect(closed).toMatchObject({ endReason: 'tenant-closed', paid })
    expect((await provider.status()).mended).toEqual([])
  })

  test('lets no lease lapse that somebody else has opened', async () => {
    await using network = await startTestNetwork()
    await using node = await startLaggingNode(network.rpcUrl)
    const { tenant } = network
    await network.start({ runtime: 'host' }, { rpcUrl: node.url })
    const group = groupOf(serviceOf({ ports: [httpPort(8080)] }))
    const bid = await tenant.order(group)
    const manifest = await tenant.manifest(bid, group)
    await node.fallBehind()
    const wallet = createWalletClient({ account: tenant.account, transport: http(network.rpcUrl) })
    await wallet.writeContract({
      address: network.addresses.escrow,
      abi: escrowAbi,
      functionName: 'open',
      args: [bid.agreement, manifest.tenantSignature, manifest.providerSignature],
      chain: null,
    })
    const { leaseId } = await tenant.provider.createLease(manifest)
    await tenant.until(leaseId, ({ phase }) => phase === 'opening')
    const seen = node.staleAnswers()
    await vi.waitFor(() => expect(node.staleAnswers()).toBeGreaterThan(seen + 3), patience)
    node.catchUp()
    const { phase } = await tenant.until(leaseId, (status) => status.phase !== 'opening')
    expect(phase).toBe('active')
  })
})
