import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { type TLSSocket, connect as tlsConnect } from 'node:tls'
import type { Address, OwnName } from '@sublet/protocol'
import { createLog, openStore } from '@sublet/service'
import { describeWith } from '@sublet/testing'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type IndexerTables, migrations } from './tables.ts'
import { type FakeProvider, sampleLease } from './testing/fake-provider.ts'
import { type MarketWorld, publicKeyOf, startMarketWorld, testAccount } from './testing/market-world.ts'
import { type Pebble, preparePebble, startTestDns, type TestDns } from './testing/start-pebble.ts'

const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 40_000, interval: 100 })
const tenant = testAccount(0).address.toLowerCase() as Address
const domain = 'sublet.example'

describeWith('acme')('host names of tenants’ own', () => {
  let world: MarketWorld
  let dns: TestDns
  let pebble: Pebble
  let indexer: Awaited<ReturnType<MarketWorld['indexer']>>
  let provider: FakeProvider
  let workload: Server
  const port = () => Number(new URL(indexer.url).port)
  const workloadPort = () => (workload.address() as { port: number }).port

  const startIndexer = (config: { port: number; tlsPort: number }) =>
    world.indexer({
      ...config,
      ingressDomain: domain,
      dnsServers: [dns.server],
      acmeDirectoryUrl: pebble.directoryUrl,
      acmeCaFile: pebble.caFile,
      acmeContact: ['operator@sublet.example'],
      namesEveryMs: 50,
    })

  beforeAll(async () => {
    ;[world, dns, pebble] = await Promise.all([startMarketWorld(), startTestDns(), preparePebble()])
    indexer = await startIndexer({ port: 0, tlsPort: 0 })
    await pebble.start(dns, port())
    workload = createServer((incoming, response) => {
      response.end(`${incoming.headers['x-forwarded-proto']} ${incoming.headers.host?.split(':')[0]}`)
    }).listen(0, '127.0.0.1')
    await once(workload, 'listening')
    await world.register(testAccount(1), publicKeyOf(1))
    provider = await world.provider(1, indexer.tunnelPort)
    await openSampleLease()
  }, 120_000)
  afterAll(async () => {
    await provider?.stop()
    await indexer?.stop()
    workload?.close()
    workload?.closeAllConnections()
    await pebble?.[Symbol.asyncDispose]()
    await dns?.[Symbol.asyncDispose]()
    await world?.stop()
  })

  /** What the chain's event would write. */
  async function openSampleLease(): Promise<void> {
    const log = createLog({ name: 'test', level: 'silent' })
    const store = await openStore<IndexerTables>({
      url: world.databaseUrl,
      schema: 'indexer',
      migrations,
      log,
    })
    await store.db
      .insertInto('leases')
      .values({
        lease_id: sampleLease,
        tenant,
        provider: provider.address,
        indexer: tenant,
        token: tenant,
        rate_per_hour: 1n,
        deposit: 1n,
        opened_block: 0n,
        funded_until: 0,
      })
      .execute()
    await store.close()
  }

  async function nameOf(host: string): Promise<OwnName | undefined> {
    const names = await indexer.client.names(sampleLease)
    return names.find((one) => one.host === host)
  }

  async function ask(host: string): Promise<IncomingMessage> {
    const sent = request({ host: '127.0.0.1', port: port(), agent: false, headers: { host } })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return answer
  }

  async function askSecurely(host: string, ca: string): Promise<{ body: string; fingerprint: string }> {
    const sent = httpsRequest({
      host: '127.0.0.1',
      port: indexer.tlsPort,
      servername: host,
      ca,
      agent: false,
      headers: { host },
    })
    sent.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const { fingerprint256 } = (answer.socket as TLSSocket).getPeerCertificate()
    return { body: await text(answer), fingerprint: fingerprint256 }
  }

  test('a name is served over TLS once its zone names the tenant, and says before what is missing', async () => {
    const host = 'app.example.org'
    provider.serve('web', workloadPort(), [host])
    await eventually(async () =>
      expect(await nameOf(host)).toMatchObject({
        state: 'unproved',
        code: 'host.unproved',
        hint: expect.stringContaining(`TXT record _sublet.${host} with the text ${tenant}`),
      }),
    )
    const refused = await ask(host)
    expect([refused.statusCode, refused.headers['x-sublet-problem']]).toEqual([409, 'host.unproved'])
    refused.destroy()
    const unknown = tlsConnect({ host: '127.0.0.1', port: indexer.tlsPort, servername: host })
    await expect(once(unknown, 'secureConnect')).rejects.toThrow()

    await dns.setText(`_sublet.${host}`, tenant)
    await eventually(async () =>
      expect(await nameOf(host)).toMatchObject({
        state: 'secure',
        url: `https://${host}:${indexer.tlsPort}/`,
        certificate: { issuer: expect.stringContaining('Pebble'), source: 'ordered' },
      }),
    )
    expect((await askSecurely(host, await pebble.root())).body).toBe(`https ${host}`)
    expect(await text(await ask(host))).toBe(`http ${host}`)
  }, 90_000)

  test('a CNAME to the lease’s own name proves it too; one that leads elsewhere is told so', async () => {
    const [host, astray] = ['alias.example.org', 'astray.example.org'] as const
    const label = provider.serve('alias', workloadPort(), [host, astray])
    await dns.setAlias(host, `${label}.${domain}`)
    await dns.setText(`_sublet.${astray}`, tenant)
    await dns.setAddress(astray, '127.0.0.9')
    await eventually(async () => expect((await nameOf(host))?.state).toBe('secure'))
    expect((await askSecurely(host, await pebble.root())).body).toBe(`https ${host}`)
    await eventually(async () =>
      expect(await nameOf(astray)).toMatchObject({
        state: 'plain',
        code: 'host.not-pointed',
        hint: expect.stringContaining(`CNAME record from ${astray} to ${label}.${domain}`),
      }),
    )
  }, 90_000)

  test('what the authority objects to reaches the tenant in its words', async () => {
    const host = 'closed.example.org'
    const label = provider.serve('closed', workloadPort(), [host])
    // Both lead to an address of this machine at which nobody listens.
    await dns.setAddress(host, '127.0.0.8')
    await dns.setAddress(`${label}.${domain}`, '127.0.0.8')
    await dns.setText(`_sublet.${host}`, tenant)
    await eventually(async () =>
      expect(await nameOf(host)).toMatchObject({
        state: 'plain',
        code: 'certificate.refused',
        message: expect.stringMatching(/refused closed\.example\.org: .*127\.0\.0\.8/),
        hint: expect.stringContaining('port 80'),
      }),
    )
  }, 90_000)

  test('a certificate of one’s own is served in the place of an ordered one', async () => {
    const host = 'own.example.org'
    const made = await generate([{ name: 'commonName', value: 'mine' }], {
      keyType: 'ec',
      curve: 'P-256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
    })
    await dns.setText(`_sublet.${host}`, tenant)
    provider.serve('own', workloadPort(), [host], made.cert + made.private)
    await eventually(async () =>
      expect(await nameOf(host)).toMatchObject({
        state: 'secure',
        certificate: { issuer: 'mine', source: 'own' },
      }),
    )
    expect((await askSecurely(host, made.cert)).body).toBe(`https ${host}`)
  }, 90_000)

  test('certificates outlast a restart, and are renewed when their time comes', async () => {
    const host = 'app.example.org'
    const root = await pebble.root()
    const before = await askSecurely(host, root)
    const [apiPort, tlsPort] = [port(), indexer.tlsPort ?? 0]
    await provider.stop()
    await indexer.stop()
    indexer = await startIndexer({ port: apiPort, tlsPort })
    provider = await world.provider(1, indexer.tunnelPort)
    provider.serve('web', workloadPort(), [host])
    await eventually(async () => expect((await nameOf(host))?.state).toBe('secure'))
    expect((await askSecurely(host, root)).fingerprint).toBe(before.fingerprint)

    const untilMs = (await nameOf(host))?.certificate?.untilMs ?? 0
    world.clock.aheadMs = untilMs - Date.now() - 3_600_000
    await eventually(async () =>
      expect((await askSecurely(host, root)).fingerprint).not.toBe(before.fingerprint),
    )
  }, 120_000)
})
