import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Address, type Hex, ingressLabel, isSubletError } from '@sublet/protocol'
import { describeWith, dockerSocketPath } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { openLine } from '../testing/line.ts'
import { putFile } from '../testing/put-file.ts'
import { createSkippingClock, skipTime } from '../testing/skipping-clock.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

/** Times that the provider has asked in vain, after which it would have done what it must not. */
const enoughKnocks = 20

describeWith(['docker', 'postgres'])('a chain that does not answer', () => {
  test('ends no lease: what runs runs on and is reached, and is settled when the chain is back', async () => {
    const clock = createSkippingClock()
    await using network = await startTestNetwork({ now: clock.now })
    const { tenant, line } = network
    const provider = await network.start(
      { runtime: 'docker', prices: { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' } },
      { now: clock.now, sleep: clock.sleep },
    )
    const group = groupOf(serviceOf({ ports: [httpPort(8080)] }))
    const leaseId = await tenant.rent(group, { depositSeconds: 3_600 })
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await line.cut()
    // Its money ends while nobody can look.
    await skipTime(clock, network.rpcUrl, 3_700)
    await line.knocks(enoughKnocks)
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
      args: [
        '-e',
        'const beat = setInterval(() => { if (!require("fs").existsSync("/tmp/listen")) return; clearInterval(beat); require("http").createServer((q, r) => r.end()).listen(8080) }, 20)',
      ],
      ports: [httpPort(8080)],
    })
    const leaseId = await tenant.rent(groupOf(slow))
    await line.cut()
    await eventually('the workload may listen', async () => {
      await putFile(tenant.provider, leaseId, { folder: '/tmp', name: 'listen' })
      return true
    })
    await tenant.until(leaseId, ({ phase }) => phase === 'opening')
    await line.knocks(enoughKnocks)
    expect((await tenant.provider.lease(leaseId)).phase).toBe('opening')
    await line.mend()
    const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')
    expect(active.services[0]?.restarts).toBe(0)
    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
    await tenant.until(leaseId, ({ phase }) => phase === 'closed')
  })
})

const group = () => groupOf(serviceOf({ ports: [httpPort(8080)], stopGraceMs: 500 }))

/** What the workload answers to somebody who comes through the tunnel. */
async function reach(network: TestNetwork, provider: Address, leaseId: Hex): Promise<string> {
  const stream = (await network.tunnel()).connect(ingressLabel(leaseId, provider, 'web', 8080))
  stream.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  return await text(stream)
}

/** Waits until the provider itself says whether all that it needs answers. */
async function untilReady(network: TestNetwork, ready: boolean): Promise<void> {
  const status = async () => {
    const answer = await (await network.tunnel()).request({ method: 'GET', path: '/readyz' })
    answer.body.resume()
    return answer.status === 200
  }
  await expect.poll(status, { timeout: 30_000 }).toBe(ready)
}

/** Ends the lease by its tenant and sees that nothing was lost on the way. */
async function closeWell({ tenant }: TestNetwork, leaseId: Hex): Promise<void> {
  const { services } = await tenant.provider.lease(leaseId)
  expect(services[0]?.restarts).toBe(0)
  const opening = await tenant.chain.leaseOpening(leaseId)
  if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
  const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
  expect((closed.paid ?? 0n) + (closed.refunded ?? 0n)).toBe(closed.deposit)
}

describeWith('postgres')('a database that does not answer', () => {
  test('is waited out: the workload runs on and is reached, and what ended meanwhile is settled after', async () => {
    await using network = await startTestNetwork()
    const { tenant, options } = network
    const url = new URL(options.store.url ?? '')
    const line = await openLine(Number(url.port === '' ? 5432 : url.port))
    url.port = String(line.port)
    try {
      const store = { ...options.store, url: url.href }
      const provider = await network.start({ runtime: 'host' }, { store })
      const leaseId = await tenant.rent(group())
      await tenant.until(leaseId, ({ phase }) => phase === 'active')
      await line.cut()
      await untilReady(network, false)
      expect(await reach(network, provider.address, leaseId)).toContain(leaseId)
      const opening = await tenant.chain.leaseOpening(leaseId)
      if (opening === undefined) throw new Error('the lease was not opened')
      await tenant.chain.closeLease(opening.agreement)
      // Its end cannot be written down, so nothing is taken away yet.
      expect(await reach(network, provider.address, leaseId)).toContain(leaseId)
      await line.mend()
      const closed = await tenant.until(leaseId, ({ phase }) => phase === 'closed')
      expect(closed.endReason).toBe('tenant-closed')
      await provider.stop({ keepLeases: false })
    } finally {
      await line.cut()
    }
  })
})

describeWith(['docker', 'postgres'])('an engine that does not answer', () => {
  test('is waited out: containers run on and are looked after again', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const folder = await mkdtemp(join(tmpdir(), 'sublet-line-'))
    const line = await openLine({ path: dockerSocketPath }, { listenPath: join(folder, 'docker.sock') })
    try {
      const provider = await network.start({ runtime: 'docker', dockerHost: line.url })
      const leaseId = await tenant.rent(group())
      await tenant.until(leaseId, ({ phase }) => phase === 'active')
      await line.cut()
      await untilReady(network, false)
      expect((await tenant.provider.lease(leaseId)).phase).toBe('active')
      expect((await tenant.chain.lease(leaseId)).status).toBe('open')
      await line.mend()
      await untilReady(network, true)
      expect(await reach(network, provider.address, leaseId)).toContain(leaseId)
      await closeWell(network, leaseId)
      await provider.stop({ keepLeases: false })
    } finally {
      await line.cut()
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describeWith('postgres')('an indexer that does not answer', () => {
  test('is dialled until it does, while the workload runs on', async () => {
    await using network = await startTestNetwork()
    const { tenant, indexerLine } = network
    const provider = await network.start({ runtime: 'host' })
    const leaseId = await tenant.rent(group())
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await indexerLine.cut()
    await expect
      .poll(async () => (await provider.status()).indexers[0]?.connected, { timeout: 30_000 })
      .toBe(false)
    expect((await tenant.chain.lease(leaseId)).status).toBe('open')
    expect((await provider.status()).leases).toMatchObject([{ leaseId, phase: 'active' }])
    await indexerLine.mend()
    await provider.connected()
    expect(await reach(network, provider.address, leaseId)).toContain(leaseId)
    await closeWell(network, leaseId)
  })
})
