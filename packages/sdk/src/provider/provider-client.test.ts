import { type Address, generateSealKeyPair, type Hex, isSubletError } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { createNodeTransport } from '../http/node-transport.ts'
import { rent } from '../rent/rent.ts'
import { account, aMarket, fastClock } from '../testing/a-market.ts'
import { aWorkload, firstGroup } from '../testing/a-workload.ts'
import { serveMemoryProvider } from '../testing/serve-memory-provider.ts'
import { createProviderClient } from './create-provider-client.ts'
import { followLease } from './follow-lease.ts'
import { createProviderOpener } from './open-provider.ts'
import { createSessionKeeper } from './session-keeper.ts'

/** One provider behind a real socket, with one active lease of the tenant. */
async function served(clock = fastClock(1)) {
  const market = aMarket([{}], clock)
  const [provider] = market.providers
  if (provider === undefined) throw new Error('one provider')
  const keys = await generateSealKeyPair()
  const { domain } = market.client
  const server = await serveMemoryProvider({ provider, domain, privateKey: keys.privateKey, now: clock.now })
  const sessions = createSessionKeeper({ account: market.tenant, domain, now: clock.now })
  const transport = createNodeTransport()
  const clientOf = (more: Partial<Parameters<typeof createProviderClient>[0]> = {}) =>
    createProviderClient({
      provider: provider.address,
      publicKey: keys.publicKey,
      relayUrl: server.relayUrl,
      transport,
      sessions,
      now: clock.now,
      ...more,
    })
  const renting = rent({
    workload: aWorkload(),
    group: firstGroup(aWorkload()),
    account: market.tenant,
    chain: market.client,
    indexers: [market.indexer],
    openProvider: async () => clientOf(),
    now: clock.now,
    wait: clock.wait,
    random: (bytes) => new Uint8Array(bytes).fill(3),
  })
  let step = await renting.next()
  while (step.done !== true) step = await renting.next()
  return {
    ...market,
    provider,
    keys,
    transport,
    sessions,
    relayUrl: server.relayUrl,
    clientOf,
    client: clientOf(),
    chainClient: market.client,
    leaseId: step.value.lease.leaseId,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (isSubletError(error) ? error.code : String(error)),
  )

test('carries a lease from manifest to settlement, sealed', async () => {
  await using site = await served()
  const { client, leaseId } = site
  expect((await client.lease(leaseId)).phase).toBe('active')
  expect((await client.leases()).map((lease) => lease.leaseId)).toEqual([leaseId])
  const texts = []
  for await (const line of client.logs(leaseId, { tail: 2 })) texts.push(line.text)
  expect(texts).toEqual(['second', 'third'])
})

test('gives the problem that the provider names', async () => {
  await using site = await served()
  expect(await codeOf(site.client.lease(`0x${'99'.repeat(32)}`))).toBe('lease.not-found')
})

test('follows a lease to its end', async () => {
  await using site = await served()
  const { client, leaseId, provider, clock } = site
  const phases = []
  for await (const status of followLease({ provider: client, leaseId, now: clock.now, wait: clock.wait })) {
    phases.push(status.phase)
    if (status.phase === 'active') provider.end(leaseId, 'job-ended', { exitCode: 0 })
  }
  expect(phases).toEqual(['active', 'closed'])
})

test('gives a silent provider up only after its time', async () => {
  await using site = await served(fastClock(100))
  const { client, leaseId, provider, clock } = site
  provider.behaviour.silent = true
  const startedAtMs = clock.now()
  const follow = async () => {
    for await (const _ of followLease({
      provider: client,
      leaseId,
      now: clock.now,
      wait: clock.wait,
      maxSilenceMs: 5000,
    })) {
      // Nothing is expected.
    }
  }
  expect(await codeOf(follow())).toBe('provider.unreachable')
  expect(clock.now() - startedAtMs).toBeGreaterThanOrEqual(5000)
})

test('runs a command with both directions at once', async () => {
  await using site = await served()
  const session = await site.client.exec(site.leaseId, {
    command: ['sh', '-c', 'ü'],
    tty: true,
    columns: 80,
    rows: 24,
  })
  const out: string[] = []
  const decoder = new TextDecoder()
  for await (const frame of session.frames) {
    out.push(`${frame.kind}:${decoder.decode(frame.bytes)}`)
    // Each answer is awaited before the next input is sent: this only works if neither side waits for the other's end.
    if (out.length === 1) await session.stdin.write(new TextEncoder().encode('hello'))
    if (out.length === 2) await session.resize(100, 40)
    if (out.length === 3) await session.stdin.end()
  }
  expect(out).toEqual(['stdout:["sh","-c","ü"]\n', 'stdout:hello', 'stderr:{"columns":100,"rows":40}'])
  expect(await session.exit).toBe(7)
})

test('signs one session for many calls, and another before it ends', async () => {
  await using site = await served()
  let signatures = 0
  let offsetMs = 0
  const counting = {
    address: site.tenant.address,
    signTypedData: (...of: Parameters<typeof site.tenant.signTypedData>) => {
      signatures += 1
      return site.tenant.signTypedData(...of)
    },
  } as typeof site.tenant
  const { domain } = site.chainClient
  const sessions = createSessionKeeper({ account: counting, domain, now: () => site.clock.now() + offsetMs })
  const client = site.clientOf({ sessions })
  await Promise.all([client.lease(site.leaseId), client.lease(site.leaseId), client.leases()])
  expect(signatures).toBe(1)
  offsetMs = 3600 * 800
  await client.lease(site.leaseId)
  expect(signatures).toBe(2)
})

test('does not let one tenant speak for another', async () => {
  await using site = await served()
  const sessions = createSessionKeeper({
    account: { address: site.tenant.address, signTypedData: (data) => account(0xbad).signTypedData(data) },
    domain: site.chainClient.domain,
    now: site.clock.now,
  })
  expect(await codeOf(site.clientOf({ sessions }).leases())).toBe('signature.invalid')
})

test('takes an answer that was cut off for silence, not for forgery', async () => {
  await using site = await served()
  const cut: typeof site.transport = async (request) => {
    const { body, ...rest } = await site.transport(request)
    return { ...rest, body: cutShort(body) }
  }
  const client = site.clientOf({ transport: cut })
  expect(await codeOf(client.lease(site.leaseId))).toBe('provider.unreachable')
  const readLogs = async () => {
    for await (const _line of client.logs(site.leaseId));
  }
  // Lines that came whole are read; the cut shows after them.
  expect(await codeOf(readLogs())).toBe('provider.unreachable')
})

async function* cutShort(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    yield piece.subarray(0, piece.length - 1)
    return
  }
}

test('says that nobody answers', async () => {
  await using site = await served()
  expect(await codeOf(site.clientOf({ relayUrl: 'http://127.0.0.1:1/relay' }).leases())).toBe(
    'provider.unreachable',
  )
})

test('seals to the registered key, and names a claimed one that differs', async () => {
  await using site = await served()
  const { chain, provider, keys, transport, sessions, clock, relayUrl } = site
  const open = createProviderOpener({ chain: site.chainClient, transport, sessions, now: clock.now })
  expect(await codeOf(open({ provider: provider.address, relayUrl }))).toBe('provider.unknown')
  chain.register({
    address: provider.address,
    roles: ['provider'],
    endpoint: '',
    publicKey: keys.publicKey,
    payout: provider.address,
    jailedUntil: 0,
    stake: 0n,
  })
  const client = await open({ provider: provider.address, relayUrl, claimedKey: keys.publicKey })
  expect((await client.lease(site.leaseId)).leaseId).toBe(site.leaseId)
  const other: Hex = `0x${'77'.repeat(32)}`
  expect(await codeOf(open({ provider: provider.address, relayUrl, claimedKey: other }))).toBe(
    'provider.key-mismatch',
  )
  expect(await codeOf(open({ provider: site.tenant.address as Address, relayUrl }))).toBe('provider.unknown')
})
