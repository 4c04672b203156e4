import { text } from 'node:stream/consumers'
import { ingressLabel, type Service } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningProvider } from '../start-options.ts'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { type S3Server, startS3Server } from '../testing/s3-server.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const nodePath = '/usr/local/bin/node'
const server = `
  const fs = require("fs")
  const answer = () => {
    try { fs.writeFileSync("/data/mine", "x"); return "may write" } catch (e) { return fs.readFileSync("/data/part/a.txt", "utf8") + " " + e.code }
  }
  require("http").createServer((q, r) => r.end(answer())).listen(8080)`

describeWith(['docker', 'postgres', 's3'])('what a lease wants fetched', () => {
  let network: TestNetwork
  let provider: RunningProvider
  let store: S3Server
  beforeAll(async () => {
    store = await startS3Server()
    await store.makeBucket('sets')
    await store.put('sets', 'train/part/a.txt', 'fetched before the start')
    network = await startTestNetwork()
    provider = await network.start({ runtime: 'docker', outboundAllow: ['127.0.0.1'] })
  })
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]()
    await store?.[Symbol.asyncDispose]()
  })

  function reader(fetch: Partial<Service['fetches'][number]>) {
    return groupOf(
      serviceOf({
        command: [nodePath],
        args: ['-e', server],
        ports: [httpPort(8080)],
        fetches: [
          {
            kind: 's3',
            source: store.url,
            bucket: 'sets/train',
            target: '/data',
            files: [],
            readOnly: true,
            credentials: { id: 'tenant', key: 'secret' },
            ...fetch,
          },
        ],
        resources: { cpuMillis: 100, memoryBytes: 128 * 1024 * 1024, storageBytes: 10_000_000, volumes: [] },
      }),
    )
  }

  async function answerOf(readOnly: boolean): Promise<string> {
    const { tenant } = network
    const leaseId = await tenant.rent(reader({ readOnly }))
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    const stream = (await network.tunnel()).connect(ingressLabel(leaseId, provider.address, 'web', 8080))
    stream.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    const answer = await text(stream)
    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
    await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    return answer
  }

  test('is there when it starts, to be read only, or to be written where it says so', async () => {
    expect(await answerOf(true)).toContain('fetched before the start EROFS')
    expect(await answerOf(false)).toContain('may write')
  })

  test('ends the lease with the reason where it cannot be had, and costs nothing', async () => {
    const leaseId = await network.tenant.rent(reader({ bucket: 'nothing' }))
    const status = await network.tenant.until(leaseId, ({ phase }) => phase === 'lapsed')
    expect(status).toMatchObject({
      endReason: 'fetch-failed',
      message: expect.stringContaining('does not exist'),
    })
  })
})
