import { text } from 'node:stream/consumers'
import { ingressLabel, isSubletError } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startTestNetwork } from '../testing/test-network.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describeWith(['docker', 'postgres'])('a chain that does not answer', () => {
  test('ends no lease: what runs runs on and is reached, and is settled when the chain is back', async () => {
    await using network = await startTestNetwork()
    const { tenant, line } = network
    const provider = await network.start({
      runtime: 'docker',
      prices: { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' },
    })
    const group = groupOf(serviceOf({ ports: [httpPort(8080)] }))
    // Its money ends while nobody can look.
    const leaseId = await tenant.rent(group, { depositSeconds: 4 })
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await line.cut()
    await pause(6_000)
    const label = ingressLabel(leaseId, provider.address, 'web', 8080)
    const stream = (await network.tunnel()).connect(label)
    stream.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    expect(await text(stream)).toContain(leaseId)
    expect((await tenant.provider.lease(leaseId)).phase).toBe('active')

    const bid = await tenant.order(group)
    const manifest = await tenant.manifest(bid, group)
    await expect(tenant.provider.createLease(manifest)).rejects.toSatisfy(
      (error) => isSubletError(error, 'chain.unreachable') && error.retryable,
    )
    await line.mend()
    const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    expect(closed).toMatchObject({ endReason: 'funds-ended', paid: closed.deposit })
    // The bid stood all the time.
    const later = await tenant.provider.createLease(manifest)
    await tenant.until(later.leaseId, ({ phase }) => phase === 'active')
    await tenant.chain.closeLease(bid.agreement)
    await tenant.until(later.leaseId, ({ phase }) => phase === 'closed')
  })

  test('is waited for by a workload that is ready, and the lease opens when it is back', async () => {
    await using network = await startTestNetwork()
    const { tenant, line } = network
    await network.start({ runtime: 'docker' })
    const slow = serviceOf({
      command: ['/usr/local/bin/node'],
      args: ['-e', 'setTimeout(() => require("http").createServer((q, r) => r.end()).listen(8080), 1500)'],
      ports: [httpPort(8080)],
    })
    const leaseId = await tenant.rent(groupOf(slow))
    await line.cut()
    await tenant.until(leaseId, ({ phase }) => phase === 'opening')
    await pause(1_000)
    expect((await tenant.provider.lease(leaseId)).phase).toBe('opening')
    await line.mend()
    const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')
    expect(active.services[0]?.restarts).toBe(0)
    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
    await tenant.until(leaseId, ({ phase }) => phase === 'closed')
  })
})
