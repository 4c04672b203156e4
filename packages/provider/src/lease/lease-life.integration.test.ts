import { text } from 'node:stream/consumers'
import { ingressLabel } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startTestNetwork } from '../testing/test-network.ts'

for (const runtime of ['docker', 'host'] as const) {
  describeWith(runtime === 'docker' ? ['docker', 'postgres'] : 'postgres')(
    `a lease on the ${runtime} runtime`,
    () => {
      test('is bid for, started, reached, opened, closed by a signed amount, and paid', async () => {
        await using network = await startTestNetwork()
        const { tenant } = network
        const provider = await network.start({ runtime })
        const group = groupOf(
          serviceOf({ ports: [httpPort(8080)], env: [{ name: 'GREETING', value: 'Hello there' }] }),
        )
        const before = await tenant.chain.escrowBalance()

        const bid = await tenant.order(group)
        expect(bid.agreement.ratePerHour).toBeGreaterThan(0n)
        const accepted = await tenant.provider.createLease(await tenant.manifest(bid, group))
        const { leaseId } = accepted
        const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')
        expect(active.services).toEqual([
          expect.objectContaining({
            name: 'web',
            replicas: 1,
            ready: 1,
            restarts: 0,
            image: 'sublet.local/hello:1',
          }),
        ])
        const label = ingressLabel(leaseId, provider.address, 'web', 8080)
        expect(active.endpoints).toEqual([
          { service: 'web', port: 8080, protocol: 'http', url: `http://${label}.localhost:8080/` },
        ])
        expect((await tenant.chain.lease(leaseId)).status).toBe('open')

        const stream = (await network.tunnel()).connect(label)
        stream.end('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
        expect(await text(stream)).toContain(leaseId)

        const lines: string[] = []
        for await (const line of tenant.provider.logs(leaseId)) lines.push(line.text)
        expect(lines[0]).toContain('Hello there: listening')
        expect(lines.at(-1)).toContain('GET /healthz 200')

        const session = await tenant.provider.exec(leaseId, {
          command: [
            runtime === 'docker' ? '/usr/local/bin/node' : process.execPath,
            '-e',
            'console.log("inside"); process.exit(4)',
          ],
        })
        let output = ''
        for await (const frame of session.frames) output += new TextDecoder().decode(frame.bytes)
        expect([output, await session.exit]).toEqual(['inside\n', 4])

        await tenant.chain.closeLease(bid.agreement)
        const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
        expect(closed.endReason).toBe('tenant-closed')
        expect((closed.paid ?? 0n) + (closed.refunded ?? 0n)).toBe(closed.deposit)
        expect(await tenant.chain.escrowBalance()).toBe(before - (closed.paid ?? 0n))
        expect(closed.lastLogLines?.join('\n')).toContain('GET /healthz')
        expect((await provider.status()).used.cpuMillis).toBe(0)
        await provider.stop({ keepLeases: false })
      })
    },
  )
}
