import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startKillable } from '../testing/killable-provider.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const until = async (done: () => Promise<boolean> | boolean) => {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 100))
}
/** A thousand units a second: every second shows. */
const prices = { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' }

async function containerOf(leaseId: string) {
  const { docker } = await connectDocker({ env: process.env, platform: process.platform })
  const [found] = await docker.listContainers({ filters: { label: [`sublet.lease=${leaseId}`] } })
  return docker.getContainer(found?.Id ?? '')
}

describeWith(['docker', 'postgres'])('downtime through the provider', () => {
  test('of a killed container comes off what the lease pays, with nobody asking for it', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    await network.start({ runtime: 'docker', prices, creditLeastSeconds: 2 })
    // Slow to get ready, so that a kill takes it away for seconds.
    const slow = serviceOf({
      command: ['/usr/local/bin/node'],
      args: ['-e', 'setTimeout(() => require("http").createServer((q, r) => r.end()).listen(8080), 3000)'],
      ports: [httpPort(8080)],
    })
    const leaseId = await tenant.rent(groupOf(slow))
    const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await until(() => Date.now() / 1000 > (active.openedAt ?? 0) + 3)
    await (await containerOf(leaseId)).kill()
    // Whoever follows need not see each state between: the restart stays.
    await tenant.until(leaseId, ({ services: [web] }) => web?.restarts === 1 && web.ready === 1)
    await until(async () => (await tenant.chain.lease(leaseId)).creditSeconds > 0)
    const { creditSeconds } = await tenant.chain.lease(leaseId)
    expect(creditSeconds).toBeGreaterThanOrEqual(3)
    const status = await tenant.until(leaseId, (seen) => seen.creditSeconds === creditSeconds)
    expect(status.phase).toBe('active')

    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening === undefined) throw new Error('the lease was not opened')
    const settlement = await tenant.chain.closeLease(opening.agreement)
    const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    const seconds = await secondsBetween(network, active.openTransaction, settlement.transaction)
    expect(closed.paid).toBe((active.ratePerHour * BigInt(seconds - creditSeconds)) / 3600n)
  })

  test('while the provider itself was dead is not paid for what is reached through it', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const killable = await startKillable(network, { runtime: 'docker', prices })
    const reached = await tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)] })))
    const silent = await tenant.rent(groupOf(serviceOf({ ports: [] })))
    for (const leaseId of [reached, silent]) await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await killable.kill()
    const deadSinceMs = Date.now()
    await until(() => Date.now() - deadSinceMs > 6_000)
    await network.start({ runtime: 'docker', prices })
    await until(async () => (await tenant.chain.lease(reached)).creditSeconds >= 6)
    expect((await tenant.chain.lease(silent)).creditSeconds).toBe(0)
    for (const leaseId of [reached, silent]) {
      const opening = await tenant.chain.leaseOpening(leaseId)
      if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
      await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    }
  }, 120_000)
})

async function secondsBetween({ tenant }: TestNetwork, from: string | undefined, to: string) {
  const { publicClient } = tenant.chain
  const [first = 0n, last = 0n] = await Promise.all(
    [from, to].map(async (hash) => {
      const { blockNumber } = await publicClient.getTransactionReceipt({ hash: hash as `0x${string}` })
      return (await publicClient.getBlock({ blockNumber })).timestamp
    }),
  )
  return Number(last - first)
}
