import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Hex } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import tar from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { groupOf, serviceOf } from '../testing/groups.ts'
import { putFile } from '../testing/put-file.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const nodePath = '/usr/local/bin/node'

describeWith(['docker', 'postgres'])('what a tenant sees of a lease', () => {
  let network: TestNetwork
  beforeAll(async () => {
    network = await startTestNetwork()
    await network.start({ runtime: 'docker' })
  })
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]()
  })

  const script = (source: string) => serviceOf({ command: [nodePath], args: ['-e', source] })

  async function rent(source: string): Promise<Hex> {
    const leaseId = await network.tenant.rent(groupOf(script(source)))
    await network.tenant.until(leaseId, ({ phase }) => phase === 'active')
    return leaseId
  }

  async function close(leaseId: Hex): Promise<void> {
    const opening = await network.tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) await network.tenant.chain.closeLease(opening.agreement)
    await network.tenant.until(leaseId, ({ phase }) => phase === 'closed')
  }

  test('follows what happens, with reasons and exit codes, to the end and after it', async () => {
    const leaseId = await network.tenant.rent(
      groupOf(
        script(
          'const fs = require("fs"); setInterval(() => { if (fs.existsSync("/tmp/end") && !fs.existsSync("/tmp/ran")) { fs.writeFileSync("/tmp/ran", ""); process.exit(3) } }, 20)',
        ),
      ),
    )
    const seen: string[] = []
    let closing: Promise<void> | undefined
    for await (const event of network.tenant.provider.timeline(leaseId, { follow: true })) {
      seen.push(event.exitCode === undefined ? event.reason : `${event.reason} ${event.exitCode}`)
      if (event.reason === 'opened') {
        await putFile(network.tenant.provider, leaseId, { folder: '/tmp', name: 'end' })
      }
      if (event.reason === 'restarted') closing = close(leaseId)
    }
    await closing
    const first = ['matched', 'pulling', 'pulled', 'starting', 'started', 'healthy', 'opening', 'opened']
    expect(seen.slice(0, first.length)).toEqual(first)
    expect(seen).toContain('exited 3')
    expect(seen.indexOf('restarted')).toBeGreaterThan(seen.indexOf('exited 3'))
    // What runs may still become healthy while the lease closes.
    expect(seen).toContain('closing')
    expect(seen.at(-1)).toBe('closed')
    const afterwards: string[] = []
    for await (const { reason } of network.tenant.provider.timeline(leaseId)) afterwards.push(reason)
    expect(afterwards).toEqual(seen.map((word) => word.split(' ')[0]))
  })

  test('samples what is used, at a beat', async () => {
    const leaseId = await rent(
      'const end = () => { for (let i = 0; i < 1e6; i++); setTimeout(end, 1) }; end()',
    )
    const samples = []
    for await (const sample of network.tenant.provider.stats(leaseId, { follow: true, intervalMs: 500 })) {
      samples.push(sample)
      if (samples.length === 2) break
    }
    for (const { instances } of samples) {
      expect(instances).toHaveLength(1)
      const [instance] = instances
      expect(instance?.cpuMillis).toBeGreaterThan(0)
      expect(instance?.memoryBytes).toBeGreaterThan(1e6)
      expect(instance?.memoryBytes).toBeLessThan(instance?.memoryLimitBytes ?? 0)
      expect(instance?.processes).toBeGreaterThan(0)
    }
    await close(leaseId)
  })

  test('copies files in and out, sealed', async () => {
    const leaseId = await rent('setInterval(() => {}, 1000)')
    const { provider } = network.tenant
    const content = Buffer.alloc(3_000_000, 'copied ')
    const archive = tar.pack()
    archive.entry({ name: 'data.bin' }, content)
    archive.finalize()
    await provider.uploadFiles(leaseId, { path: '/tmp' }, archive as AsyncIterable<Buffer>)
    const there = await provider.statFile(leaseId, { path: '/tmp/data.bin' })
    expect(there).toMatchObject({ kind: 'file', sizeBytes: content.length })
    const extract = tar.extract()
    Readable.from(provider.downloadFiles(leaseId, { path: '/tmp/data.bin' })).pipe(
      extract as unknown as NodeJS.WritableStream,
    )
    for await (const entry of extract) {
      const hash = createHash('sha256')
      for await (const chunk of entry as AsyncIterable<Buffer>) hash.update(chunk)
      expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'))
    }
    expect(await provider.statFile(leaseId, { path: '/nowhere' })).toBeUndefined()
    await expect(provider.downloadFiles(leaseId, { path: '/nowhere' }).next()).rejects.toMatchObject({
      code: 'file.not-found',
    })
    await expect(
      provider.uploadFiles(leaseId, { path: 'relative' }, archive as AsyncIterable<Buffer>),
    ).rejects.toMatchObject({ code: 'request.invalid' })
    await close(leaseId)
  })

  test('answers datagrams at its public UDP port, and at none after its end', async () => {
    const source =
      'const s = require("dgram").createSocket("udp4"); s.on("message", (m, r) => s.send("echo " + m, r.port, r.address)); s.bind(5300)'
    const leaseId = await network.tenant.rent(
      groupOf({
        ...script(source),
        ports: [{ port: 5300, as: 5300, protocol: 'udp', public: true, hosts: [], allow: [] }],
      }),
    )
    const { endpoints } = await network.tenant.until(leaseId, ({ phase }) => phase === 'active')
    expect(endpoints).toMatchObject([{ service: 'web', port: 5300, protocol: 'udp' }])
    const { hostname, port } = new URL(endpoints[0]?.url.replace('udp:', 'http:') ?? '')
    const socket = createSocket('udp4')
    const answer = once(socket, 'message')
    const beat = setInterval(() => socket.send('hello', Number(port), hostname), 50)
    expect(String((await answer)[0])).toBe('echo hello')
    clearInterval(beat)
    await close(leaseId)
    // Nobody holds the port any more.
    const taker = createSocket('udp4')
    taker.bind(Number(port), hostname)
    await once(taker, 'listening')
    for (const one of [socket, taker]) one.close()
  })

  test('a terminal resizes through the tunnel, input ends, and Ctrl-C is a signal', async () => {
    const leaseId = await rent('setInterval(() => {}, 1000)')
    const { provider } = network.tenant
    const shell = await provider.exec(leaseId, {
      command: [
        nodePath,
        '-e',
        'const say = (what) => console.log(what + " " + process.stdout.columns + "x" + process.stdout.rows); say("began"); process.stdout.on("resize", () => say("resized")); process.on("SIGINT", () => { console.log("interrupted"); process.exit(9) }); setInterval(() => {}, 1000)',
      ],
      tty: true,
      columns: 90,
      rows: 20,
    })
    let output = ''
    let step = 0
    for await (const { bytes } of shell.frames) {
      output += new TextDecoder().decode(bytes)
      if (step === 0 && /began/.test(output)) {
        step = 1
        await shell.resize(133, 44)
      }
      if (step === 1 && output.includes('resized 133x44')) {
        step = 2
        await shell.stdin.write(Uint8Array.of(3))
      }
    }
    expect(output).toContain('interrupted')
    expect(await shell.exit).toBe(9)

    const filter = await provider.exec(leaseId, {
      command: [nodePath, '-e', 'process.stdin.pipe(process.stdout)'],
    })
    await filter.stdin.write(new TextEncoder().encode('to the end'))
    await filter.stdin.end()
    const frames = Readable.from(
      (async function* () {
        for await (const { bytes } of filter.frames) yield bytes
      })(),
    )
    expect(await text(frames)).toBe('to the end')
    expect(await filter.exit).toBe(0)
    await close(leaseId)
  })
})
