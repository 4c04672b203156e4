import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Hex, ingressLabel, type LeaseStatus, type Service } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningProvider } from '../start-options.ts'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const nodePath = '/usr/local/bin/node'
const script = (source: string): Partial<Service> => ({ command: [nodePath], args: ['-e', source] })
const serve = (port: number, answer: string) =>
  `require("http").createServer((q, r) => r.end(${answer})).listen(${port})`

describeWith(['docker', 'postgres'])('a group of services', () => {
  let network: TestNetwork
  let provider: RunningProvider

  beforeAll(async () => {
    network = await startTestNetwork()
    provider = await network.start({ runtime: 'docker' })
  })
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]()
  })

  const active = (leaseId: Hex) => network.tenant.until(leaseId, ({ phase }) => phase === 'active')

  async function close(leaseId: Hex): Promise<LeaseStatus> {
    const opening = await network.tenant.chain.leaseOpening(leaseId)
    if (opening !== undefined) await network.tenant.chain.closeLease(opening.agreement)
    return await network.tenant.until(leaseId, ({ phase }) => phase === 'closed' || phase === 'lapsed')
  }

  async function run(leaseId: Hex, service: string, source: string): Promise<string> {
    const session = await network.tenant.provider.exec(leaseId, {
      service,
      command: [nodePath, '-e', source],
    })
    let output = ''
    for await (const frame of session.frames) output += new TextDecoder().decode(frame.bytes)
    await session.exit
    return output.trim()
  }

  async function get(leaseId: Hex, service: string, port: number): Promise<string> {
    const stream = (await network.tunnel()).connect(ingressLabel(leaseId, provider.address, service, port))
    // Not ended: Node's server drops a request whose sender has hung up.
    stream.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    return await text(stream)
  }

  test('finds each other by name, starts in order, and shows only what is public', async () => {
    const leaseId = await network.tenant.rent(
      groupOf(
        serviceOf({
          name: 'web',
          ...script(
            serve(8080, '"never"').replace(
              'r.end("never")',
              '{ require("http").get("http://store/", (a) => a.pipe(r)).on("error", (e) => r.end(e.message)) }',
            ),
          ),
          ports: [httpPort(8080)],
          dependsOn: [{ service: 'store', condition: 'healthy' }],
        }),
        serviceOf({
          name: 'store',
          ...script(`setTimeout(() => { ${serve(7000, '"from the store"')} }, 300)`),
          // Others see it under the usual number.
          ports: [{ ...httpPort(7000), as: 80, public: false }],
          health: {
            probe: { kind: 'http', port: 7000, path: '/', method: 'GET' },
            intervalMs: 1_000,
            timeoutMs: 10_000,
            retries: 3,
            startPeriodMs: 0,
          },
        }),
      ),
    )
    const status = await active(leaseId)
    expect(status.endpoints.map(({ service }) => service)).toEqual(['web'])
    expect(await get(leaseId, 'web', 8080)).toContain('from the store')
    await close(leaseId)
  })

  test('runs a job after another has completed, with each others data in a shared volume', async () => {
    const volume = { name: 'data', sizeBytes: 1e6, class: 'default', persistent: false, shared: true }
    const resources = { cpuMillis: 100, memoryBytes: 128 * 1024 * 1024, storageBytes: 0, volumes: [volume] }
    const mounts = [{ volume: 'data', path: '/data', readOnly: false }]
    const job = { job: { results: [] }, restart: { policy: 'never' as const }, resources, mounts, user: '0' }
    const leaseId = await network.tenant.rent(
      groupOf(
        serviceOf({ name: 'make', ...script('require("fs").writeFileSync("/data/x", "made")'), ...job }),
        serviceOf({
          name: 'use',
          ...script('console.log("used what was " + require("fs").readFileSync("/data/x", "utf8"))'),
          ...job,
          dependsOn: [{ service: 'make', condition: 'completed' }],
        }),
      ),
    )
    const lines: string[] = []
    for await (const line of network.tenant.provider.logs(leaseId, { follow: true })) lines.push(line.text)
    expect(lines).toEqual(['used what was made'])
    const closed = await close(leaseId)
    expect(closed).toMatchObject({ endReason: 'job-ended', exitCode: 0 })
  })

  test('takes a job’s results out of its output', async () => {
    const results = [{ name: 'loss', regex: 'loss=([0-9.]+)', streams: ['stdout' as const] }]
    const leaseId = await network.tenant.rent(
      groupOf(
        serviceOf({
          ...script('console.log("step loss=0.5"); console.error("loss=9"); console.log("end")'),
          job: { results },
          restart: { policy: 'never' },
        }),
      ),
    )
    await network.tenant.until(leaseId, ({ phase }) => phase === 'closing' || phase === 'closed')
    const closed = await close(leaseId)
    expect(closed.results).toEqual({ loss: 'loss=0.5\n0.5' })
  })

  test('keeps a persistent volume for the next lease of the deployment', async () => {
    const resources = {
      cpuMillis: 100,
      memoryBytes: 128 * 1024 * 1024,
      storageBytes: 0,
      volumes: [{ name: 'notes', sizeBytes: 1e6, class: 'default', persistent: true }],
    }
    const group = groupOf(
      serviceOf({
        ...script(serve(8080, '"ok"')),
        ports: [httpPort(8080)],
        resources,
        mounts: [{ volume: 'notes', path: '/notes', readOnly: false }],
        user: '0',
      }),
    )
    const first = await network.tenant.rent(group)
    await active(first)
    await run(first, 'web', 'require("fs").writeFileSync("/notes/one", "remember")')
    await close(first)
    const second = await network.tenant.rent(group)
    await active(second)
    expect(await run(second, 'web', 'console.log(require("fs").readFileSync("/notes/one", "utf8"))')).toBe(
      'remember',
    )
    await close(second)
  })

  test('restarts what crashes and what is not well any more, and counts it', async () => {
    const leaseId = await network.tenant.rent(
      groupOf(
        serviceOf({
          ...script(
            `let well = true; require("http").createServer((q, r) => {
               if (q.url === "/sick") well = false
               if (q.url === "/die") process.exit(1)
               r.statusCode = well ? 200 : 500
               r.end("pid " + process.pid)
             }).listen(8080)`,
          ),
          ports: [httpPort(8080)],
          health: {
            probe: { kind: 'http', port: 8080, path: '/', method: 'GET' },
            intervalMs: 200,
            timeoutMs: 10_000,
            retries: 2,
            startPeriodMs: 0,
          },
        }),
      ),
    )
    await active(leaseId)
    const ask = (path: string) =>
      run(leaseId, 'web', `require("http").get("http://127.0.0.1:8080${path}").on("error", () => {})`)
    await ask('/sick')
    await network.tenant.until(
      leaseId,
      ({ services }) => services[0]?.restarts === 1 && services[0].ready === 1,
    )
    await ask('/die')
    await network.tenant.until(
      leaseId,
      ({ services }) => services[0]?.restarts === 2 && services[0].ready === 1,
    )
    const closed = await close(leaseId)
    expect(closed.services[0]?.restarts).toBe(2)
  })

  test('gives a public TCP port an address of the machine', async () => {
    const leaseId = await network.tenant.rent(
      groupOf(
        serviceOf({
          ...script('require("net").createServer((s) => s.end("plain tcp")).listen(5000)'),
          ports: [{ ...httpPort(5000), protocol: 'tcp' }],
        }),
      ),
    )
    const status = await active(leaseId)
    const url = new URL(status.endpoints[0]?.url ?? '')
    expect(url.protocol).toBe('tcp:')
    expect(await text(connect(Number(url.port), url.hostname))).toBe('plain tcp')
    await close(leaseId)
    await expect(text(connect(Number(url.port), url.hostname))).rejects.toThrow(/ECONNREFUSED/)
  })

  test('hands over secrets and files without leaving them on the disk', async () => {
    const { tenant } = network
    const group = groupOf(
      serviceOf({
        ...script(serve(8080, 'process.env.TOKEN + require("fs").readFileSync("/etc/app/key", "utf8")')),
        ports: [httpPort(8080)],
        env: [{ name: 'TOKEN', secret: 'token' }],
        files: [{ path: '/etc/app/key', mode: 0o444, secret: 'key' }],
      }),
    )
    const bid = await tenant.order(group)
    await expect(
      tenant.provider.createLease(await tenant.manifest(bid, group, { token: 'a' })),
    ).rejects.toThrow(/key/)
    const { leaseId } = await tenant.provider.createLease(
      await tenant.manifest(bid, group, { token: 'tok-en', key: 'k-e-y' }),
    )
    await active(leaseId)
    expect(await get(leaseId, 'web', 8080)).toContain('tok-enk-e-y')
    await close(leaseId)
  })

  test('scales to replicas that share the requests', async () => {
    const leaseId = await network.tenant.rent(
      groupOf(
        serviceOf({
          ...script(serve(8080, '"replica " + process.env.SUBLET_REPLICA')),
          ports: [httpPort(8080)],
          replicas: 3,
        }),
      ),
    )
    const status = await active(leaseId)
    expect(status.services[0]).toMatchObject({ replicas: 3, ready: 3 })
    const seen = new Set<string>()
    for (let i = 0; i < 6; i += 1) seen.add(/replica \d/.exec(await get(leaseId, 'web', 8080))?.[0] ?? '')
    expect([...seen].sort()).toEqual(['replica 0', 'replica 1', 'replica 2'])
    await close(leaseId)
  })

  test('is shut in: no host, no neighbours, no metadata, no privileges', async () => {
    const one = await network.tenant.rent(groupOf(serviceOf({ name: 'one', ports: [httpPort(8080)] })))
    const two = await network.tenant.rent(
      groupOf(serviceOf({ name: 'two', ports: [httpPort(8080)], user: '0' })),
    )
    await Promise.all([active(one), active(two)])
    const address = await run(one, 'one', 'console.log(require("os").networkInterfaces().eth0[0].address)')
    const gateway = await run(
      two,
      'two',
      'const r = require("fs").readFileSync("/proc/net/route","utf8").split("\\n")[1].split("\\t")[2]; console.log(r.match(/../g).reverse().map(h => parseInt(h, 16)).join("."))',
    )
    const reach = (host: string, port: number) =>
      run(
        two,
        'two',
        `const s = require("net").connect({ host: ${JSON.stringify(host)}, port: ${port} }); s.setTimeout(1500, () => { console.log("shut"); process.exit() }); s.on("connect", () => { console.log("open"); process.exit() }); s.on("error", () => console.log("shut"))`,
      )
    expect(address).toMatch(/^10\.215\./)
    // Something listens on the machine at every address: PostgreSQL on loopback, the engine's own gateway here.
    const listener = createServer((socket) => socket.end('host')).listen(0, '0.0.0.0')
    await new Promise((resolve) => listener.once('listening', resolve))
    const hostPort = (listener.address() as { port: number }).port
    try {
      expect(await reach('127.0.0.1', 8080)).toBe('open')
      expect(await reach(gateway, hostPort)).toBe('shut')
      expect(await reach(address, 8080)).toBe('shut')
      expect(await reach('169.254.169.254', 80)).toBe('shut')
      expect(await reach('10.0.0.1', 22)).toBe('shut')
    } finally {
      listener.close()
    }
    const status = await run(
      two,
      'two',
      'console.log(require("fs").readFileSync("/proc/self/status", "utf8"))',
    )
    expect(status).toMatch(/NoNewPrivs:\s+1/)
    expect(status).toMatch(/Seccomp:\s+2/)
    // Neither NET_RAW (13) nor SYS_ADMIN (21) nor MKNOD (27).
    const effective = BigInt(`0x${/CapEff:\s+([0-9a-f]+)/.exec(status)?.[1] ?? 'ff'}`)
    for (const bit of [12n, 13n, 16n, 19n, 21n, 27n]) expect((effective >> bit) & 1n).toBe(0n)
    const mounts = await run(two, 'two', 'console.log(require("fs").readFileSync("/proc/mounts", "utf8"))')
    expect(mounts).not.toContain('docker.sock')
    await Promise.all([close(one), close(two)])
  })
})
