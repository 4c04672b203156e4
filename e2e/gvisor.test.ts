import { groupOf, serviceOf, startTestNetwork } from '@sublet/provider/testing'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { describeOwnEngine } from '../packages/provider/src/testing/own-engine-contract.ts'
import { gvisorRuntime, startGvisorEngine } from './src/gvisor-engine.ts'

const nodePath = '/usr/local/bin/node'

describeWith(['docker', 'gvisor'])('containers in gVisor', () => {
  describeOwnEngine(startGvisorEngine, {
    runtime: { subnetPool: '10.234.0.0/16', spareNetworks: 0, gvisorRuntime },
    traits: { isolation: 'gvisor' },
  })
})

describeWith(['docker', 'postgres', 'gvisor'])('a service that asks for gVisor', () => {
  test('has a kernel of its own, and one that does not ask has the machine’s', async () => {
    await using engine = await startGvisorEngine()
    await using network = await startTestNetwork()
    const { tenant } = network
    await network.start({ runtime: 'docker', dockerHost: engine.host })
    const kernels: string[] = []
    for (const isolation of ['gvisor', undefined] as const) {
      const service = serviceOf({ ports: [], ...(isolation === undefined ? {} : { isolation }) })
      const leaseId = await tenant.rent(groupOf(service))
      await tenant.until(leaseId, ({ phase }) => phase === 'active')
      const session = await tenant.provider.exec(leaseId, {
        command: [nodePath, '-p', 'require("os").release()'],
      })
      let said = ''
      for await (const { bytes } of session.frames) said += new TextDecoder().decode(bytes)
      kernels.push(said.trim())
    }
    const [inside, plain] = kernels
    expect(plain).toBe((await engine.docker.version()).KernelVersion)
    // What gVisor says it is, whatever runs beneath.
    expect(inside).toBe('4.4.0')
  })
})
