import type { Hex, SnapshotPlace, VolumeProgress } from '@sublet/protocol'
import { snapshotKeyOf } from '@sublet/sdk'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupOf, serviceOf } from '../testing/groups.ts'
import { type S3Server, startS3Server } from '../testing/s3-server.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const nodePath = '/usr/local/bin/node'
const group = groupOf(
  serviceOf({
    command: [nodePath],
    args: ['-e', 'setInterval(() => {}, 1000)'],
    resources: {
      cpuMillis: 100,
      memoryBytes: 128 * 1024 * 1024,
      storageBytes: 0,
      volumes: [{ name: 'notes', sizeBytes: 1e6, class: 'default', persistent: true }],
    },
    mounts: [{ volume: 'notes', path: '/notes', readOnly: false }],
    user: '0',
  }),
)

describeWith(['docker', 'postgres', 's3'])('a volume that outlives its leases', () => {
  let here: TestNetwork
  let there: TestNetwork
  let store: S3Server
  let to: SnapshotPlace
  let encryptionKey: Hex
  beforeAll(async () => {
    store = await startS3Server()
    await store.makeBucket('backups')
    to = {
      endpoint: store.url,
      bucket: 'backups',
      key: 'app/notes',
      region: 'us-east-1',
      credentials: { id: 'tenant', key: 'secret' },
    }
    ;[here, there] = await Promise.all([startTestNetwork(), startTestNetwork()])
    const config = { runtime: 'docker' as const, outboundAllow: ['127.0.0.1'] }
    await here.start({ ...config, subnetPool: '10.216.0.0/17' })
    await there.start({ ...config, subnetPool: '10.216.128.0/17' })
    encryptionKey = await snapshotKeyOf(here.tenant.account)
  })
  afterAll(async () => {
    await Promise.all([here, there].map((network) => network?.[Symbol.asyncDispose]()))
    await store?.[Symbol.asyncDispose]()
  })

  async function rent({ tenant }: TestNetwork): Promise<Hex> {
    const leaseId = await tenant.rent(group)
    await tenant.until(leaseId, ({ phase }) => phase === 'active')
    return leaseId
  }

  async function run({ tenant }: TestNetwork, leaseId: Hex, source: string): Promise<string> {
    const session = await tenant.provider.exec(leaseId, { command: [nodePath, '-e', source] })
    let output = ''
    for await (const frame of session.frames) output += new TextDecoder().decode(frame.bytes)
    await session.exit
    return output.trim()
  }

  async function close({ tenant }: TestNetwork, leaseId: Hex): Promise<void> {
    const opening = await tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) await tenant.chain.closeLease(opening.agreement)
    await tenant.until(leaseId, ({ phase }) => phase === 'closed')
  }

  async function lastOf(lines: AsyncGenerator<VolumeProgress>): Promise<VolumeProgress | undefined> {
    let last: VolumeProgress | undefined
    for await (const line of lines) last = line
    return last
  }

  test('moves with the deployment to another provider, and the store can read nothing of it', async () => {
    const first = await rent(here)
    await run(
      here,
      first,
      `const fs = require("fs"); fs.mkdirSync("/notes/deep"); fs.writeFileSync("/notes/deep/one", "remember ".repeat(50000))
       fs.chownSync("/notes/deep/one", 1234, 1234); fs.symlinkSync("deep/one", "/notes/link")`,
    )
    const provider = here.tenant.provider
    const [volume] = await provider.volumes()
    expect(volume).toMatchObject({ deployment: 'test', volume: 'web/0/notes', inUse: true })
    const id = volume?.id ?? ''
    await expect(provider.removeVolume(id)).rejects.toMatchObject({ code: 'volume.in-use' })
    const written = await lastOf(provider.snapshotVolume(id, { to, encryptionKey }))
    expect(written).toMatchObject({ done: true })
    const stored = await store.read('backups', 'app/notes')
    expect(written?.storedBytes).toBe(stored.length)
    expect(stored.includes('remember')).toBe(false)
    await close(here, first)

    const request = { from: to, encryptionKey, deployment: 'test', volume: 'web/0/notes', replace: false }
    expect(await lastOf(there.tenant.provider.restoreVolume(request))).toMatchObject({ done: true })
    await expect(lastOf(there.tenant.provider.restoreVolume(request))).rejects.toThrow(/is here already/)
    const second = await rent(there)
    const seen = await run(
      there,
      second,
      'const fs = require("fs"); console.log(fs.readFileSync("/notes/link", "utf8").length, fs.statSync("/notes/deep/one").uid)',
    )
    expect(seen).toBe(`${'remember '.length * 50_000} 1234`)
    await expect(
      lastOf(there.tenant.provider.restoreVolume({ ...request, replace: true })),
    ).rejects.toMatchObject({
      code: 'volume.in-use',
    })
    await close(there, second)

    // Kept, until its tenant frees it.
    const [kept] = await provider.volumes()
    expect(kept).toMatchObject({ id, inUse: false, keptUntilMs: expect.any(Number) })
    await provider.removeVolume(id)
    expect(await provider.volumes()).toEqual([])
    await expect(provider.removeVolume(id)).rejects.toMatchObject({ code: 'volume.not-found' })
  })

  test('leaves no half of a snapshot that is under another key', async () => {
    const request = { from: to, deployment: 'other', volume: 'web/0/notes', replace: false }
    const wrong = { ...request, encryptionKey: `0x${'00'.repeat(32)}` as const }
    await expect(lastOf(here.tenant.provider.restoreVolume(wrong))).rejects.toMatchObject({
      code: 'snapshot.failed',
    })
    const missing = { ...request, from: { ...to, key: 'nothing' }, encryptionKey }
    await expect(lastOf(here.tenant.provider.restoreVolume(missing))).rejects.toMatchObject({
      code: 'snapshot.failed',
    })
    expect(await here.tenant.provider.volumes()).toEqual([])
  })
})
