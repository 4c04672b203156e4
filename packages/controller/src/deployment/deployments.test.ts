import type { Deployment } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { aMarket, fastClock } from '../../../sdk/src/testing/a-market.ts'
import { deploymentsOn, quickSettings, webFile } from '../testing/a-controller.ts'
import { createMemoryJournal, emptyDisk } from '../testing/memory-journal.ts'
import type { Deployments } from './deployments.ts'

const forever = new AbortController().signal

/** Follows a deployment until it is in one of the phases; fails when it ends before. */
async function until(
  deployments: Deployments,
  id: string,
  ...phases: Deployment['phase'][]
): Promise<Deployment> {
  for await (const deployment of deployments.watch(id, forever)) {
    if (phases.includes(deployment.phase)) return deployment
  }
  throw new Error(`it ended as ${deployments.get(id).phase}: ${deployments.get(id).message}`)
}

test('brings a deployment up, and closes and settles it', async () => {
  const market = aMarket([{}])
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const created = await deployments.create(webFile)
  expect(created.phase).toBe('ordering')
  const running = await until(deployments, created.id, 'running')
  const [group] = running.groups
  expect(group?.lease?.phase).toBe('active')
  expect(Object.keys(running.timings).sort()).toEqual(['accepted', 'bids', 'opened', 'ready'])
  expect(market.chain.opened).toEqual([group?.leaseId])
  market.clock.advance(10_000)
  const closed = await deployments.close(created.id)
  expect(closed.phase).toBe('closed')
  expect(closed.groups[0]?.lease).toMatchObject({ phase: 'closed', endReason: 'tenant-closed' })
  expect(closed.groups[0]?.lease?.paid).toBeGreaterThan(0n)
  expect(closed.endedAtMs).toBeTypeOf('number')
})

test('refuses a file with problems and orders nothing', async () => {
  const market = aMarket([{}])
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const error = await deployments
    .create({ source: 'image: [1]\nport: 99999999\n', file: 'bad.yaml' })
    .catch((e) => e)
  expect(error).toMatchObject({ code: 'workload.invalid' })
  expect(error.details.findings[0].text).toContain('bad.yaml:')
  expect(deployments.list()).toEqual([])
})

test('fails with every reason when nobody fits', async () => {
  const market = aMarket([{ ratePerHour: 300_000n }])
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create({ ...webFile, maxRatePerHour: 10n })
  const failed = await until(deployments, id, 'failed')
  expect(failed.problem).toMatchObject({ code: 'order.no-match', details: { lowestMatchingRate: '300000' } })
  expect(failed.groups[0]?.excluded).toMatchObject([{ reason: 'rate' }])
  expect(market.chain.opened).toEqual([])
})

test('fails when the money is not there, and says what is missing', async () => {
  const market = aMarket([{}])
  const poor = { ...market.client, escrowBalance: async () => 0n, tokenBalance: async () => 5n }
  const { createFunding } = await import('../funding/funding.ts')
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()), {
    funding: createFunding(poor),
  })
  const { id } = await deployments.create({ ...webFile, maxRatePerHour: 1_000_000n })
  const failed = await until(deployments, id, 'failed')
  expect(failed.problem).toMatchObject({ code: 'funds.insufficient', details: { missing: '999995' } })
  expect(market.providers[0]?.manifests.size).toBe(0)
})

test('deposits from the wallet what the escrow lacks', async () => {
  const market = aMarket([{}])
  await market.client.withdraw(1_000_000_000n)
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create({ ...webFile, maxRatePerHour: 1_000_000n })
  await until(deployments, id, 'running')
  expect(await market.client.tokenBalance()).toBe(2_000_000_000n - 1_000_000n)
})

test('orders again when a provider leaves, and keeps asking until one is found', async () => {
  const market = aMarket([{ ratePerHour: 100_000n }, { ratePerHour: 200_000n }], fastClock(50))
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create(webFile)
  const first = await until(deployments, id, 'running')
  const [cheap, dear] = market.providers
  const leaseId = first.groups[0]?.leaseId
  if (cheap === undefined || dear === undefined || leaseId === undefined)
    throw new Error('a lease of the first')
  dear.behaviour.declines = 'Busy for now.'
  cheap.end(leaseId, 'provider-closed')
  await until(deployments, id, 'ordering')
  delete dear.behaviour.declines
  const second = await until(deployments, id, 'running')
  expect(second.groups[0]?.leaseId).not.toBe(leaseId)
  expect(market.chain.opened).toHaveLength(2)
  // The first lease was settled on chain although its provider only said so.
  expect((await market.client.lease(leaseId)).status).toBe('closed')
})

test('replaces a provider that went silent, and only when an indexer sees it gone', async () => {
  const market = aMarket([{ ratePerHour: 100_000n }, { ratePerHour: 200_000n }], fastClock(400))
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create(webFile)
  const first = await until(deployments, id, 'running')
  const provider = market.providers.find(({ address }) => address === first.groups[0]?.provider)
  const leaseId = first.groups[0]?.leaseId
  if (provider === undefined || leaseId === undefined) throw new Error('a lease')
  // The provider's stream is cut and its API is silent; the indexer is away too, so nothing may be given up.
  market.indexerDown = true
  provider.behaviour.silent = true
  provider.forget()
  await market.clock.wait(120_000)
  expect(deployments.get(id).groups[0]).toMatchObject({
    lease: { phase: 'active' },
    awaySinceMs: expect.any(Number),
  })
  expect(market.chain.opened).toHaveLength(1)
  expect((await market.client.lease(leaseId)).status).toBe('open')
  market.indexerDown = false
  const second = await (async () => {
    for await (const deployment of deployments.watch(id, forever)) {
      if (deployment.phase === 'running' && deployment.groups[0]?.leaseId !== leaseId) return deployment
    }
    throw new Error('it ended')
  })()
  expect(second.groups[0]?.provider).not.toBe(provider.address)
  expect(second.groups[0]?.awaySinceMs).toBeUndefined()
  expect((await market.client.lease(leaseId)).status).toBe('closed')
})

test('closes on chain when the provider does not answer', async () => {
  const market = aMarket([{}], fastClock(10))
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create(webFile)
  const running = await until(deployments, id, 'running')
  const [provider] = market.providers
  if (provider !== undefined) provider.behaviour.silent = true
  const closed = await deployments.close(id)
  const leaseId = running.groups[0]?.leaseId ?? '0x'
  expect((await market.client.settlement(leaseId))?.reason).toBe('tenant')
  expect(closed.groups[0]?.lease).toMatchObject({ phase: 'closed', endReason: 'tenant-closed' })
  expect(closed.groups[0]?.lease?.refunded).toBeTypeOf('bigint')
})

test('ends with its job, and gives its exit code', async () => {
  const market = aMarket([{}])
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create(webFile)
  const running = await until(deployments, id, 'running')
  market.providers[0]?.end(running.groups[0]?.leaseId ?? '0x', 'job-ended', { exitCode: 3 })
  const closed = await until(deployments, id, 'closed')
  expect(closed.groups[0]?.lease).toMatchObject({ endReason: 'job-ended', exitCode: 3 })
  expect(closed.message).toBe('Ended with exit code 3. Closed and settled.')
})

test('waits for a person to pick', async () => {
  const market = aMarket([{ ratePerHour: 100_000n }, { ratePerHour: 200_000n }])
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create({ ...webFile, pick: true })
  const dearer = market.providers[1]?.address ?? '0x'
  for await (const { phase, groups } of deployments.watch(id, forever)) {
    if (phase === 'picking' && groups[0]?.bids.length === 2) break
  }
  const group = deployments.get(id).groups[0]?.name ?? ''
  await expect(
    deployments.pick(id, group, '0x0000000000000000000000000000000000000009'),
  ).rejects.toMatchObject({
    code: 'bid.expired',
  })
  await deployments.pick(id, group, dearer)
  expect((await until(deployments, id, 'running')).groups[0]?.provider).toBe(dearer)
})

test('starts all groups or none', async () => {
  const market = aMarket([{}])
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const akash = { file: 'deploy.yaml', format: 'akash' } as const
  const both = await deployments.create({ ...akash, source: twoPlacements(1000) })
  expect((await until(deployments, both.id, 'running')).groups).toHaveLength(2)
  expect(market.chain.opened).toHaveLength(2)
  await deployments.close(both.id)
  // The second group's price matches nobody, so the first must not start either.
  const { id } = await deployments.create({ ...akash, source: twoPlacements(1) })
  const failed = await until(deployments, id, 'failed')
  expect(failed.problem?.code).toBe('order.no-match')
  expect(market.chain.opened).toHaveLength(2)
  expect(market.providers[0]?.manifests.size).toBe(2)
})

const twoPlacements = (price: number) => `
version: "2.0"
services:
  web: { image: example/web:1, expose: [{ port: 80, to: [{ global: true }] }] }
  api: { image: example/api:1, expose: [{ port: 80, to: [{ global: true }] }] }
profiles:
  compute:
    small: { resources: { cpu: { units: 0.1 }, memory: { size: 128Mi }, storage: { size: 128Mi } } }
  placement:
    here: { pricing: { small: { denom: uact, amount: 1000 } } }
    there: { pricing: { small: { denom: uact, amount: ${price} } } }
deployment:
  web: { here: { profile: small, count: 1 } }
  api: { there: { profile: small, count: 1 } }
`

test('closes one lease alone', async () => {
  const market = aMarket([{}])
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()))
  const { id } = await deployments.create(webFile)
  const running = await until(deployments, id, 'running')
  const status = await deployments.closeLease(running.groups[0]?.leaseId ?? '0x')
  expect(status).toMatchObject({ phase: 'closed', endReason: 'tenant-closed' })
  expect((await until(deployments, id, 'closed')).phase).toBe('closed')
  await expect(deployments.closeLease(`0x${'00'.repeat(32)}`)).rejects.toMatchObject({
    code: 'lease.not-found',
  })
})

test('tops a lease up before its money ends, and never past its duration', async () => {
  const market = aMarket([{ ratePerHour: 3_600_000n }], fastClock(2000))
  const settings = { ...quickSettings, depositSeconds: 60, topUp: true }
  const deployments = deploymentsOn(market, createMemoryJournal(emptyDisk()), { settings })
  const { id } = await deployments.create({ ...webFile, maxRatePerHour: 4_000_000n })
  const running = await until(deployments, id, 'running')
  const leaseId = running.groups[0]?.leaseId ?? '0x'
  const waitForTopUps = async () => {
    while (((await market.client.lease(leaseId)).toppedUp ?? 0n) < 180_000n) await market.clock.wait(1000)
  }
  await waitForTopUps()
  expect((await market.client.lease(leaseId)).status).toBe('open')
  await deployments.close(id)
})

test('leaves leases running when it stops, and takes them up when it starts again', async () => {
  const market = aMarket([{}])
  const disk = emptyDisk()
  const before = deploymentsOn(market, createMemoryJournal(disk))
  const { id } = await before.create(webFile)
  const running = await until(before, id, 'running')
  await before.stop()
  expect((await market.client.lease(running.groups[0]?.leaseId ?? '0x')).status).toBe('open')
  const after = deploymentsOn(market, createMemoryJournal(disk))
  await after.start()
  const again = await until(after, id, 'running')
  expect(again.groups[0]?.leaseId).toBe(running.groups[0]?.leaseId)
  expect(market.chain.opened).toHaveLength(1)
  expect((await after.close(id)).phase).toBe('closed')
  await after.stop()
})
