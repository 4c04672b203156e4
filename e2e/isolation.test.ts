import { groupOf, serviceOf, startTestNetwork } from '@sublet/provider/testing'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { startOwnEngine } from './src/own-engine.ts'

const isolated = groupOf(serviceOf({ ports: [], isolation: 'gvisor' }))

/**
 * An alias of runc stands for gVisor, so this shows that a service gets the engine's runtime which counts as gVisor; what
 * gVisor does, `gvisor.test.ts` shows.
 */
describeWith(['docker', 'postgres'])('a service that asks for gVisor', () => {
  test('runs in the engine’s runtime of that kind, and one that does not ask in the usual', async () => {
    await using engine = await startOwnEngine({ liveRestore: false, runtimes: { sandbox: '/usr/sbin/runc' } })
    await using network = await startTestNetwork()
    const { tenant } = network
    await network.start({ runtime: 'docker', dockerHost: engine.host, gvisorRuntime: 'sandbox' })
    const runtimes: string[] = []
    for (const group of [isolated, groupOf(serviceOf({ ports: [] }))]) {
      const leaseId = await tenant.rent(group)
      await tenant.until(leaseId, ({ phase }) => phase === 'active')
      const filters = { label: [`sublet.lease=${leaseId}`, 'sublet.service'] }
      const [found] = await engine.docker.listContainers({ filters })
      const { HostConfig } = await engine.docker.getContainer(found?.Id ?? '').inspect()
      runtimes.push((HostConfig as { Runtime?: string }).Runtime ?? '')
    }
    expect(runtimes).toEqual(['sandbox', 'runc'])
  })

  test('is refused, with where to go, by a provider whose engine has none', async () => {
    await using network = await startTestNetwork()
    await network.start({ runtime: 'docker' })
    await expect(network.tenant.rent(isolated)).rejects.toThrow(/isolation-gvisor|asks for gvisor/)
  })

  test('and a provider whose owner names a runtime that is not there does not start', async () => {
    await using network = await startTestNetwork()
    await expect(network.start({ runtime: 'docker', gvisorRuntime: 'nowhere' })).rejects.toMatchObject({
      code: 'config.invalid',
    })
  })
})
