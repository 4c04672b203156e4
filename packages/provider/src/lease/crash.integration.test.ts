import { text } from 'node:stream/consumers'
import { type Hex, ingressLabel, type LeaseStatus } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { expect, test } from 'vitest'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { type KillableProvider, startKillable } from '../testing/killable-provider.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const rounds = Number(process.env.SUBLET_KILL_ROUNDS ?? 8)

async function containersOf(network: TestNetwork) {
  const { docker } = await connectDocker({ env: process.env, platform: process.platform })
  const provider = network.options.account.address.toLowerCase()
  const label = [`sublet.network=${network.addresses.chainId}:${network.addresses.escrow.toLowerCase()}`]
  const found = await docker.listContainers({
    all: true,
    filters: { label: [...label, `sublet.provider=${provider}`] },
  })
  return found.map(({ Id, Labels, State, Created }) => ({
    id: Id,
    leaseId: Labels['sublet.lease'] as Hex,
    running: State === 'running',
    created: Created,
  }))
}

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

describeWith(['docker', 'postgres'])('kill -9 at random moments', () => {
  test('loses no lease, pays none twice and leaves no container without one', {
    timeout: 60_000 + rounds * 20_000,
  }, async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const before = await tenant.chain.escrowBalance()
    const leases: Hex[] = []
    let killable: KillableProvider | undefined
    try {
      for (let round = 0; round < rounds; round += 1) {
        killable = await startKillable(network, { runtime: 'docker' })
        const group = groupOf(serviceOf({ ports: [httpPort(8080)], stopGraceMs: 500 }))
        const bid = await tenant.order(group)
        const sent = tenant.provider.createLease(await tenant.manifest(bid, group))
        // The later rounds come after the manifest was taken, some in the middle of a close.
        const killAfterMs = (round / rounds) * 1500
        const killed = new Promise<void>((resolve) => {
          setTimeout(() => void killable?.kill().then(resolve), killAfterMs)
        })
        const accepted = await sent.catch(() => undefined)
        if (round % 3 === 2 && accepted !== undefined) {
          void tenant.provider.close(accepted.leaseId).catch(() => undefined)
        }
        await killed
        if (accepted !== undefined) leases.push(accepted.leaseId)
      }
      killable = await startKillable(network, { runtime: 'docker' })
      for (const leaseId of leases) {
        const status = await tenant.until(
          leaseId,
          (seen) => seen.phase === 'active' || seen.phase === 'closing' || isOver(seen),
        )
        const onChain = await tenant.chain.lease(leaseId)
        expect([status.phase, onChain.status]).toEqual(
          expect.arrayContaining([
            status.phase === 'lapsed' ? 'none' : status.phase === 'closed' ? 'closed' : 'open',
          ]),
        )
        if (status.phase === 'active') {
          expect(
            (await containersOf(network)).filter((one) => one.leaseId === leaseId && one.running),
          ).toHaveLength(1)
        }
      }
      const known = new Set<string>(leases)
      for (const { leaseId } of await tenant.provider.leases()) known.add(leaseId)
      for (const { leaseId } of await containersOf(network)) expect(known).toContain(leaseId)

      let paid = 0n
      for (const leaseId of known as Set<Hex>) {
        const opening = await tenant.chain.leaseOpening(leaseId)
        if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
        const over = await tenant.until(leaseId, isOver)
        expect(over.phase).toBe(opening === undefined ? 'lapsed' : 'closed')
        paid += over.paid ?? 0n
      }
      expect(await tenant.chain.escrowBalance()).toBe(before - paid)
      expect(await containersOf(network)).toEqual([])
    } finally {
      await killable?.kill()
    }
  })
})
