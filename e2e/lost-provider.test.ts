import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { KeptVolume } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type S3Server, startS3Server } from '../packages/provider/src/testing/s3-server.ts'
import { askByDatagram } from './src/ask-endpoint.ts'
import { type LentMachine, startTwoProviders, type TwoProviders } from './src/two-providers.ts'

interface Listed {
  id: string
  phase: string
  message: string
  groups: {
    provider?: string
    leaseId?: string
    lease?: { phase: string; endpoints: { protocol: string; url: string }[] }
  }[]
}

/** Keeps a note that it makes up once, and tells it to whoever asks over TCP or UDP. */
const program = `
const fs = require('fs'), net = require('net'), file = '/notes/note'
if (!fs.existsSync(file)) fs.writeFileSync(file, require('crypto').randomUUID())
const note = fs.readFileSync(file, 'utf8')
net.createServer((socket) => { socket.on('error', () => {}); socket.end(note) }).listen(7000)
const udp = require('dgram').createSocket('udp4')
udp.on('message', (said, from) => udp.send(note + ' ' + said, from.port, from.address))
udp.bind(7001)
`
const source = `name: keeper
image: sublet.local/hello:1
user: "0"
command: [/usr/local/bin/node, -e]
args: [${JSON.stringify(program)}]
ports: [7000/tcp, 7001/udp]
health: {tcp: 7000, interval: 1s}
volumes: {notes: {size: 10Mi, persistent: true, mount: /notes}}
`

async function overTcp(url: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url.replace('tcp:', 'http:')).port) })
  const said = await text(socket)
  if (said === '') throw new Error('cut off before anything was said')
  return said
}

const urlOf = (endpoints: { protocol: string; url: string }[], protocol: string) =>
  endpoints.find((one) => one.protocol === protocol)?.url ?? ''

/** Where a deployment's ports are and who has its lease, once that is active: with any provider, or with this one. */
async function running(network: TwoProviders, id: string, on?: LentMachine) {
  return await eventually(
    `the deployment runs${on === undefined ? '' : ` at ${on.address}`}`,
    async () => {
      const deployment = await network.ask<Listed>('GET', `/v1/deployments/${id}`)
      const [group] = deployment.groups
      if (group?.lease?.phase !== 'active' || (on !== undefined && group.provider !== on.address))
        throw new Error(JSON.stringify(deployment))
      const machine = network.providers.find(({ address }) => address === group.provider) as LentMachine
      return { endpoints: group.lease.endpoints, machine }
    },
    90_000,
  )
}

const deploy = async (network: TwoProviders) =>
  (await network.ask<Listed>('POST', '/v1/deployments', { source, file: 'keeper.yaml' })).id

describeWith(['docker', 'postgres'])('providers without an address', () => {
  let network: TwoProviders
  let id: string
  let note: string
  beforeAll(async () => {
    // However long a busy machine takes to come back, nobody looks for another.
    network = await startTwoProviders({ providerSilenceSeconds: 600, provider: {} })
  }, 120_000)
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]()
  }, 120_000)

  test('TCP and UDP ports are reached at the indexer', async () => {
    id = await deploy(network)
    const { endpoints } = await running(network, id)
    note = await overTcp(urlOf(endpoints, 'tcp'))
    expect(note).toMatch(/^[0-9a-f-]{36}$/)
    expect(
      await eventually('an answer over UDP', () => askByDatagram(urlOf(endpoints, 'udp'), 'hello')),
    ).toBe(`${note} hello`)
  }, 120_000)

  test('a provider that comes back serves them at the ports of before', async () => {
    const { endpoints: before, machine } = await running(network, id)
    await machine.vanish()
    await expect(overTcp(urlOf(before, 'tcp'))).rejects.toThrow()
    await machine.comeBack()
    expect(await eventually('the same port again', () => overTcp(urlOf(before, 'tcp')))).toBe(note)
    expect((await running(network, id)).endpoints).toEqual(before)
    await network.ask('POST', `/v1/deployments/${id}/close`)
  }, 120_000)
})

describeWith(['docker', 'postgres', 's3'])('two providers, one of which is lost', () => {
  let network: TwoProviders
  let store: S3Server
  beforeAll(async () => {
    store = await startS3Server()
    await store.makeBucket('backups')
    network = await startTwoProviders({
      providerSilenceSeconds: 15,
      provider: { outboundAllow: ['127.0.0.1'] },
    })
  }, 120_000)
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]()
    await store?.[Symbol.asyncDispose]()
  }, 120_000)

  test('the other starts with what the last snapshot holds', async () => {
    const id = await deploy(network)
    const { endpoints: before, machine: lost } = await running(network, id)
    const note = await overTcp(urlOf(before, 'tcp'))
    const other = network.providers.find((one) => one !== lost)
    const { volumes } = await network.ask<{ volumes: (KeptVolume & { provider: string })[] }>(
      'GET',
      '/v1/volumes',
    )
    const [volume] = volumes
    expect(volume).toMatchObject({ deployment: 'keeper', provider: lost.address, inUse: true })
    const to = {
      endpoint: store.url,
      bucket: 'backups',
      key: 'keeper/notes',
      credentials: { id: 'tenant', key: 'secret' },
    }
    const taken = { provider: lost.address, id: volume?.id, to }
    expect(await network.ask('POST', '/v1/volumes/snapshot', taken)).toMatchObject({ done: true })
    expect((await store.read('backups', 'keeper/notes')).includes(note)).toBe(false)

    await lost.vanish()
    const { endpoints } = await running(network, id, other)
    expect(await eventually('the note again', () => overTcp(urlOf(endpoints, 'tcp')))).toBe(note)
    await network.ask('POST', `/v1/deployments/${id}/close`)
  }, 180_000)
})
