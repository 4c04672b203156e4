import { Readable } from 'node:stream'
import {
  closeRequestSchema,
  isSubletError,
  type LeaseStatus,
  type Service,
  sealRequest,
} from '@sublet/protocol'
import { createSessionKeeper } from '@sublet/sdk'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDocker } from '../runtime/docker/connect-docker.ts'
import type { RunningProvider } from '../start-options.ts'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { storyOf } from '../testing/lease-story.ts'
import { createSkippingClock, skipTime } from '../testing/skipping-clock.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const nodePath = '/usr/local/bin/node'
const script = (source: string): Partial<Service> => ({ command: [nodePath], args: ['-e', source] })
const stayUp = 'setInterval(() => {}, 1000)'

describeWith(['docker', 'postgres'])('how leases end', () => {
  const clock = createSkippingClock()
  let network: TestNetwork
  let provider: RunningProvider

  beforeAll(async () => {
    network = await startTestNetwork({ now: clock.now })
    // A thousand units a second for a tenth of a core: every second shows.
    const prices = { cpuPerCoreHour: '36000000', memoryPerGibHour: '0' }
    provider = await network.start({ runtime: 'docker', prices }, { now: clock.now, sleep: clock.sleep })
  })
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]()
  })

  async function leftOver(status: LeaseStatus): Promise<string[]> {
    const { docker } = await connectDocker({ env: process.env, platform: process.platform })
    const found = await docker.listContainers({
      all: true,
      filters: { label: [`sublet.lease=${status.leaseId}`] },
    })
    return found.flatMap(({ Names }) => Names)
  }

  async function untilEnded(leaseId: `0x${string}`, deadlineMs?: number): Promise<LeaseStatus> {
    return await network.tenant.until(
      leaseId,
      ({ phase }) => phase === 'closed' || phase === 'lapsed',
      deadlineMs,
    )
  }

  async function expectNothingCharged(before: bigint, status: LeaseStatus): Promise<void> {
    expect(status.phase).toBe('lapsed')
    expect(await network.tenant.chain.escrowBalance()).toBe(before)
    expect((await network.tenant.chain.lease(status.leaseId)).status).toBe('none')
    expect(await leftOver(status)).toEqual([])
    expect((await provider.status()).used.cpuMillis).toBe(0)
  }

  test('the tenant signs what it owes, and the provider settles with it at once', async () => {
    const { tenant } = network
    const leaseId = await tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)] })))
    const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await skipTime(clock, network.rpcUrl, 4)
    const settlement = await tenant.settlement(leaseId, active)
    await sealedClose(network, leaseId, settlement, clock.now)
    const closed = await untilEnded(leaseId)
    expect(closed).toMatchObject({ phase: 'closed', endReason: 'tenant-closed', paid: settlement.amount })
    expect(settlement.amount).toBeGreaterThan(0n)
    expect(await leftOver(closed)).toEqual([])
  })

  test('a tenant that stops and says no more pays nothing for the notice that follows', async () => {
    const { tenant } = network
    const leaseId = await tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)] })))
    const active = await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await tenant.provider.close(leaseId)
    const closed = await untilEnded(leaseId, 45_000)
    const { openedAt, closedAt, noticeEndsAt = 0, creditSeconds } = await storyOf(tenant, leaseId)
    // The whole notice is taken off, from the moment that nothing ran any more. Two clocks count whole seconds.
    const stoppedAt = Math.floor((closed.phaseAtMs.closing ?? 0) / 1000)
    expect(noticeEndsAt).toBeGreaterThan(stoppedAt)
    expect(creditSeconds).toBeGreaterThanOrEqual(noticeEndsAt - stoppedAt - 1)
    expect(closed.paid).toBe((active.ratePerHour * BigInt(closedAt - openedAt - creditSeconds)) / 3600n)
  })

  test('an image that is nowhere costs nothing and says why', async () => {
    const before = await network.tenant.chain.escrowBalance()
    const leaseId = await network.tenant.rent(groupOf(serviceOf({ image: '127.0.0.1:9/none:1' })))
    const lapsed = await untilEnded(leaseId)
    expect(lapsed.endReason).toBe('image-unavailable')
    expect(lapsed.message).toContain('127.0.0.1:9/none:1')
    await expectNothingCharged(before, lapsed)
  })

  test('a service that dies before it is ready costs nothing, and its last words are kept', async () => {
    const before = await network.tenant.chain.escrowBalance()
    const leaseId = await network.tenant.rent(
      groupOf(
        serviceOf({
          ...script('console.log("the last words"); process.exit(3)'),
          ports: [httpPort(80)],
          restart: { policy: 'never' },
        }),
      ),
    )
    const lapsed = await untilEnded(leaseId)
    expect(lapsed).toMatchObject({
      endReason: 'workload-crashed',
      exitCode: 3,
      lastLogLines: ['the last words'],
    })
    await expectNothingCharged(before, lapsed)
  })

  test('a service that is never ready lapses at its deadline', async () => {
    const before = await network.tenant.chain.escrowBalance()
    const leaseId = await network.tenant.rent(
      groupOf(serviceOf({ ...script(stayUp), ports: [httpPort(80)] })),
      { startWithinSeconds: 60 },
    )
    for await (const { reason } of network.tenant.provider.timeline(leaseId, { follow: true })) {
      if (reason === 'started') break
    }
    await skipTime(clock, network.rpcUrl, 61)
    const lapsed = await untilEnded(leaseId)
    expect(lapsed.endReason).toBe('start-deadline')
    expect(lapsed.message).toContain('web')
    await expectNothingCharged(before, lapsed)
  })

  test('a job gives its whole output and its exit code, and is not run again', async () => {
    const { tenant } = network
    const job = serviceOf({
      ...script('for (let i = 0; i < 500; i++) console.log("line " + i); process.exitCode = 9'),
      name: 'job',
      job: { results: [] },
      restart: { policy: 'never' },
    })
    const leaseId = await tenant.rent(groupOf(job))
    const lines: string[] = []
    for await (const { text } of tenant.provider.logs(leaseId, { follow: true })) lines.push(text)
    expect(lines).toHaveLength(500)
    expect(lines.at(-1)).toBe('line 499')
    const closing = await tenant.until(leaseId, ({ phase }) => phase === 'closing' || phase === 'closed')
    expect(closing).toMatchObject({ endReason: 'job-ended', exitCode: 9 })
    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
    const closed = await untilEnded(leaseId)
    expect(closed).toMatchObject({ phase: 'closed', endReason: 'job-ended', exitCode: 9 })
    expect(closed.services[0]).toMatchObject({ exitCode: 9, restarts: 0 })
    expect(await leftOver(closed)).toEqual([])
  })

  test('the money ends it, and all of it goes to the provider', async () => {
    const { tenant } = network
    const leaseId = await tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)] })), { depositSeconds: 4 })
    const closed = await untilEnded(leaseId)
    expect(closed.endReason).toBe('funds-ended')
    expect(closed.paid).toBe(closed.deposit)
    expect(closed.refunded).toBe(0n)
  })

  test('the agreed duration ends it', async () => {
    const leaseId = await network.tenant.rent(groupOf(serviceOf({ ports: [httpPort(8080)] })), {
      maxDuration: 3,
    })
    const closed = await untilEnded(leaseId)
    expect(closed.endReason).toBe('duration-ended')
    expect(closed.paid).toBe((closed.ratePerHour * 3n) / 3600n)
  })

  test('a manifest that is not what was bid for is refused', async () => {
    const { tenant } = network
    const group = groupOf(serviceOf({ ports: [httpPort(8080)] }))
    const bid = await tenant.order(group)
    const other = groupOf(serviceOf({ ports: [httpPort(8080)], replicas: 3 }))
    const manifest = await tenant.manifest(bid, other)
    await expect(tenant.provider.createLease(manifest)).rejects.toSatisfy((error) =>
      isSubletError(error, 'agreement.mismatch'),
    )
    const unsigned = { ...(await tenant.manifest(bid, group)), tenantSignature: bid.providerSignature }
    await expect(tenant.provider.createLease(unsigned)).rejects.toSatisfy((error) =>
      isSubletError(error, 'chain.reverted'),
    )
    // The bid still stands after both.
    const { leaseId } = await tenant.provider.createLease(await tenant.manifest(bid, group))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    await tenant.chain.closeLease(bid.agreement)
    await untilEnded(leaseId)
  })

  test('what is reserved for one bid is not offered twice', async () => {
    const { total, used } = await provider.status()
    const all = serviceOf({
      resources: {
        cpuMillis: total.cpuMillis - used.cpuMillis,
        memoryBytes: 1e8,
        storageBytes: 0,
        volumes: [],
      },
    })
    await network.tenant.order(groupOf(all), { maxRatePerHour: 10n ** 12n })
    await expect(network.tenant.order(groupOf(serviceOf()))).rejects.toSatisfy(
      (error) => isSubletError(error, 'bid.declined') && error.message.includes('0 cores are free'),
    )
  })
})

/** What the SDK's `close` does, with a settlement in the body. */
async function sealedClose(
  { tenant, tunnel, options }: TestNetwork,
  leaseId: `0x${string}`,
  settlement: { amount: bigint; until: number; tenantSignature: `0x${string}` },
  now: () => number,
): Promise<void> {
  const provider = options.account.address.toLowerCase() as `0x${string}`
  const sessions = createSessionKeeper({
    account: tenant.account,
    domain: tenant.chain.domain,
    now,
  })
  const sealed = await sealRequest({
    recipient: options.sealKey.publicKey,
    provider,
    session: await sessions.sessionFor(provider),
    method: 'POST',
    path: `/leases/${leaseId}/close`,
    body: new TextEncoder().encode(JSON.stringify(closeRequestSchema.encode({ settlement }))),
    nowMs: now(),
  })
  const answer = await (await tunnel()).request({
    method: 'POST',
    path: '/v1/sealed',
    headers: { 'content-type': 'application/octet-stream' },
    body: Readable.from(sealed.body),
  })
  const { status, body } = await sealed.openResponse(answer.body)
  for await (const _chunk of body);
  expect(status).toBe(200)
}
