import { text } from 'node:stream/consumers'
import { ingressLabel, type LeaseStatus } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startKillable } from '../testing/killable-provider.ts'
import { startTestNetwork } from '../testing/test-network.ts'

const isOver = ({ phase }: LeaseStatus) => phase === 'lapsed' || phase === 'closed'

for (const runtime of ['docker', 'host'] as const) {
  describeWith(runtime === 'docker' ? ['docker', 'postgres'] : 'postgres')(
    `a crash on the ${runtime} runtime`,
    () => {
      test('leaves the workload running, and the next start takes it over as it is', async () => {
        await using network = await startTestNetwork()
        const { tenant } = network
        const killable = await startKillable(network, { runtime })
        const leaseId = await tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)], stopGraceMs: 500 })))
        await tenant.until(leaseId, ({ phase }) => phase === 'active')
        await killable.kill()

        const provider = await network.start({ runtime })
        const again = await tenant.until(
          leaseId,
          ({ phase, services }) => phase === 'active' && services[0]?.ready === 1,
        )
        expect(again.services[0]?.restarts).toBe(0)
        const label = ingressLabel(leaseId, provider.address, 'web', 8080)
        const stream = (await network.tunnel()).connect(label)
        stream.end('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
        expect(await text(stream)).toContain(leaseId)
        const lines: string[] = []
        for await (const line of tenant.provider.logs(leaseId)) lines.push(line.text)
        expect(lines.filter((line) => line.includes('listening'))).toHaveLength(1)
        const opening = await tenant.chain.leaseOpening(leaseId)
        if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
        await tenant.until(leaseId, isOver)
      })
    },
  )
}
