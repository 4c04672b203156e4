import { describeWith } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startTestNetwork } from '../testing/test-network.ts'

describeWith('postgres')('earnings', () => {
  test('are drawn by themselves while a lease runs, and not where gas would eat them', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const prices = { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' }
    const often = { runtime: 'host', prices, withdrawEveryMs: 1_000 } as const
    const dear = await network.start({ ...often, withdrawLeast: '1000000000000' })
    const leaseId = await tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)] })))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    const drawn = async () => {
      const history = (await tenant.chain.histories({ leaseId })).get(leaseId) ?? []
      return history.filter(({ kind }) => kind === 'drawn').length
    }
    // Well past the first look at it, by the chain's own clock.
    const { timestamp } = await tenant.chain.publicClient.getBlock()
    await eventually('three seconds have passed', async () =>
      (await tenant.chain.nowSeconds()) > Number(timestamp) + 3 ? true : undefined,
    )
    expect(await drawn()).toBe(0)
    await dear.stop({ keepLeases: true })

    await network.start({ ...often, withdrawLeast: '1', tokenPerCoin: '0' })
    await eventually('it is drawn twice', async () => ((await drawn()) >= 2 ? true : undefined))
  })
})
