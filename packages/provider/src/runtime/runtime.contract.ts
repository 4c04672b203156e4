import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type Address, type Hex, isSubletError, mebibyte, type OutputLine } from '@sublet/protocol'
import tar from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainInstance } from '../testing/plain-instance.ts'
import type { InstanceSpec, Isolation, Owner, Runtime } from './runtime.ts'

export interface RuntimeUnderTest {
  runtime: Runtime
  /** Another adapter object on the same machine state, as after a crash of the provider. */
  reopen(): Promise<Runtime>
  /** An image in which `nodePath` runs Node. */
  image: string
  nodePath: string
  /** What is put between its instances and the machine's kernel. */
  isolation?: Isolation
  /** False where nobody can tell a process that was stopped from one that says so. */
  tellsKills?: false
  /** False where nobody can tell where a run's last words end that had no end of line. */
  partsRuns?: false
  close(): Promise<void>
}

let leases = 0

/** What every runtime must do, whatever it runs things with. */
export function describeRuntime(open: () => Promise<RuntimeUnderTest>): void {
  const owner: Owner = { network: `contract-${process.pid}`, provider: `0x${'c0'.repeat(20)}` }
  const used: Hex[] = []
  let subject: RuntimeUnderTest
  let runtime: Runtime

  beforeAll(async () => {
    subject = await open()
    runtime = subject.runtime
    await runtime.ensureImage('sublet.local/hello:1')
    await runtime.prepare(owner)
  })

  afterAll(async () => {
    for (const instance of await runtime.list(owner)) await runtime.remove(instance.id)
    for (const leaseId of used) await runtime.removeLease(owner, leaseId)
    for (const volume of await runtime.volumes(owner)) await runtime.removeVolume(volume.name)
    await runtime.sweep(owner)
    await subject.close()
  })

  function newLease(): Hex {
    leases += 1
    const leaseId: Hex = `0x${(process.pid * 1000 + leases).toString(16).padStart(64, '0').split('').reverse().join('')}`
    used.push(leaseId)
    return leaseId
  }

  function specOf(script: string, more: Partial<InstanceSpec> = {}): InstanceSpec {
    return {
      ...plainInstance({ ...owner, leaseId: newLease(), service: 'web', replica: 0 }),
      image: subject.image,
      command: [subject.nodePath],
      args: ['-e', script],
      aliases: ['web'],
      ...(subject.isolation === undefined ? {} : { isolation: subject.isolation }),
      ...more,
    }
  }

  async function run(spec: InstanceSpec): Promise<string> {
    const id = await runtime.create(spec)
    await runtime.start(id)
    return id
  }

  async function linesOf(id: string, request = { follow: false }): Promise<OutputLine[]> {
    const lines: OutputLine[] = []
    for await (const some of runtime.logs(id, request)) lines.push(...some)
    return lines
  }

  async function until<T>(ask: () => Promise<T | undefined>, deadlineMs = 20_000): Promise<T> {
    const end = Date.now() + deadlineMs
    for (;;) {
      const answer = await ask().catch((error: unknown) => {
        if (Date.now() > end) throw error
        return undefined
      })
      if (answer !== undefined) return answer
      if (Date.now() > end) throw new Error('did not come about in time')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  const room = { sizeBytes: 16 * mebibyte, class: 'default' }
  const stayUp = 'setInterval(() => {}, 1000)'

  test('answers ping', async () => {
    await runtime.ping()
  })

  test('serves a bundled image on its port', async () => {
    const spec = specOf('')
    const { command: _command, args: _args, ...own } = spec
    const id = await run({
      ...own,
      image: 'sublet.local/hello:1',
      ports: [8080],
      env: { GREETING: 'Good day' },
    })
    const socket = await until(() => runtime.connect(id, 8080))
    socket.write('GET /healthz HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n')
    expect(await text(socket)).toContain('"status":"ok"')
    expect((await linesOf(id)).map(({ text: line }) => line)[0]).toContain('Good day')
  })

  test('tells the exit code and keeps both streams of output apart and in order', async () => {
    const id = await run(specOf('console.log("one"); console.error("two"); process.exitCode = 7'))
    expect(await runtime.wait(id)).toEqual({ exitCode: 7, outOfMemory: false })
    const lines = await linesOf(id)
    expect(lines.map(({ stream, text: line }) => [stream, line]).sort()).toEqual([
      ['stderr', 'two'],
      ['stdout', 'one'],
    ])
    for (const { atMs } of lines) expect(Math.abs(Date.now() - atMs)).toBeLessThan(60_000)
    const seen = await runtime.inspect(id)
    expect(seen).toMatchObject({ state: 'exited', exitCode: 7 })
  })

  test('passes environment and nothing of its own', async () => {
    process.env.SUBLET_CONTRACT_LEAK = 'leaked'
    const id = await run(
      specOf('console.log(process.env.A, process.env.SUBLET_CONTRACT_LEAK)', { env: { A: 'b c' } }),
    )
    await runtime.wait(id)
    delete process.env.SUBLET_CONTRACT_LEAK
    expect((await linesOf(id)).map(({ text: line }) => line)).toEqual(['b c undefined'])
  })

  test('packs a volume and unpacks it into another', async () => {
    const volumeOwner = { ...owner, tenant: owner.provider, deployment: 'snapshots' }
    const first = await runtime.ensureVolume({ ...volumeOwner, name: 'first' }, room)
    const second = await runtime.ensureVolume({ ...volumeOwner, name: 'second' }, room)
    const pack = tar.pack()
    pack.entry({ name: 'folder', type: 'directory', mode: 0o755 })
    pack.entry({ name: 'folder/note', mode: 0o640, uid: 33, gid: 33 }, 'remember')
    pack.finalize()
    await runtime.unpackVolume(first, Readable.from(pack, { objectMode: false }))
    await runtime.unpackVolume(second, await runtime.packVolume(first))
    const seen = new Map<string, string>()
    const extract = tar.extract()
    ;(await runtime.packVolume(second)).pipe(extract)
    for await (const entry of extract) {
      const content = await text(entry)
      if (entry.header.type === 'file') seen.set(entry.header.name.replace(/^\.\//, ''), content)
    }
    expect([...seen]).toEqual([['folder/note', 'remember']])
  })

  test('passes secret variables, to commands beside the program too', async () => {
    const secretEnv = { TOKEN: `it's "a" $secret\nof two lines` }
    const script =
      'console.log(process.env.A, JSON.stringify(process.env.TOKEN)); setInterval(() => {}, 1000)'
    const id = await run(specOf(script, { env: { A: 'b' }, secretEnv }))
    for await (const [line] of runtime.logs(id, { follow: true })) {
      expect(line?.text).toBe(`b ${JSON.stringify(secretEnv.TOKEN)}`)
      break
    }
    const asked = await runtime.exec(id, {
      command: [subject.nodePath, '-p', 'process.env.TOKEN'],
      tty: false,
    })
    expect((await text(asked.stdout)).trim()).toBe(secretEnv.TOKEN)
    await runtime.stop(id, 5_000)
    expect((await runtime.inspect(id))?.state).toBe('exited')
  })

  test('gives files, readable at their path', async () => {
    const id = await run(
      specOf(
        'console.log(require("fs").readFileSync((process.env.SUBLET_ROOT ?? "") + "/etc/app/key", "utf8"))',
        {
          files: [{ path: '/etc/app/key', mode: 0o444, bytes: new TextEncoder().encode('the key') }],
        },
      ),
    )
    await runtime.wait(id)
    expect((await linesOf(id)).map(({ text: line }) => line)).toEqual(['the key'])
  })

  test('follows logs from a tail until the end', async () => {
    const id = await run(
      specOf(
        'let n = 0; const t = setInterval(() => { console.log("line " + ++n); if (n === 8) { clearInterval(t) } }, 40)',
      ),
    )
    await until(async () => ((await linesOf(id)).length >= 4 ? true : undefined))
    const followed: string[] = []
    for await (const some of runtime.logs(id, { follow: true, tail: 2 })) {
      followed.push(...some.texts())
    }
    expect(followed.at(-1)).toBe('line 8')
    expect(followed.length).toBeLessThan(8)
  })

  test('leaves out lines before an instant', async () => {
    const id = await run(
      specOf(
        `process.on("SIGTERM", () => { console.log("late"); process.exit() }); console.log("early"); ${stayUp}`,
      ),
    )
    // The second comes only once the first has been read, in another second: some engines stamp no finer.
    const early = await until(async () => (await linesOf(id))[0]?.atMs)
    await until(async () => (Math.floor(Date.now() / 1000) > Math.floor(early / 1000) ? true : undefined))
    await runtime.stop(id, 20_000)
    const sinceMs = (await linesOf(id)).at(-1)?.atMs ?? 0
    expect(sinceMs).toBeGreaterThan(early)
    const since: string[] = []
    for await (const some of runtime.logs(id, { follow: false, sinceMs })) {
      since.push(...some.texts())
    }
    expect(since).toEqual(['late'])
  })

  test('stops following when told to', async () => {
    const id = await run(specOf(`console.log("up"); ${stayUp}`))
    const stop = new AbortController()
    const lines: string[] = []
    for await (const some of runtime.logs(id, { follow: true, signal: stop.signal })) {
      lines.push(...some.texts())
      stop.abort()
    }
    expect(lines).toEqual(['up'])
  })

  test('keeps a line of a hundred thousand characters whole', async () => {
    const id = await run(specOf('console.log("x".repeat(100000)); console.log("after")'))
    await runtime.wait(id)
    const lines = await linesOf(id)
    expect(lines.map(({ text: line }) => line.length)).toEqual([100_000, 5])
  })

  test('keeps last words that have no end of line, apart from those of the next run', async () => {
    const id = await run(specOf('console.log("first"); process.stdout.write("last words")'))
    await runtime.wait(id)
    await runtime.start(id)
    await runtime.wait(id)
    const between = subject.partsRuns === false ? ['last wordsfirst'] : ['last words', 'first']
    for (const follow of [false, true]) {
      const lines = (await linesOf(id, { follow })).map(({ text: line }) => line)
      expect(lines).toEqual(['first', ...between, 'last words'])
    }
  })

  test('runs a command inside, with its input, both outputs and its exit code', async () => {
    const id = await run(specOf(stayUp))
    const session = await runtime.exec(id, {
      command: [
        subject.nodePath,
        '-e',
        'console.error("to stderr"); process.stdin.on("data", d => process.stdout.write("got " + d)); process.stdin.on("end", () => process.exit(5))',
      ],
      tty: false,
    })
    session.stdin.end('typed')
    const [out, err, code] = await Promise.all([text(session.stdout), text(session.stderr), session.exitCode])
    expect({ out, err, code }).toEqual({ out: 'got typed', err: 'to stderr\n', code: 5 })
  })

  test('gives a terminal of the asked size and resizes it', async () => {
    const id = await run(specOf(stayUp))
    const session = await runtime.exec(id, {
      command: [
        subject.nodePath,
        '-e',
        'const size = () => console.log(process.stdout.isTTY + " " + process.stdout.columns + "x" + process.stdout.rows); process.stdout.on("resize", () => { size(); process.exit(0) }); const beat = setInterval(size, 50)',
      ],
      tty: true,
      columns: 100,
      rows: 30,
    })
    let output = ''
    let resized = false
    for await (const chunk of session.stdout) {
      output += String(chunk)
      if (!resized && output.includes('true 100x30')) {
        resized = true
        await session.resize(61, 17)
      }
    }
    expect(output).toContain('true 61x17')
    expect(await session.exitCode).toBe(0)
  })

  test('stops with a grace, then kills', async () => {
    const gentle = await run(
      specOf(`process.on("SIGTERM", () => process.exit(0)); console.log("up"); ${stayUp}`),
    )
    const stubborn = await run(specOf(`process.on("SIGTERM", () => {}); console.log("up"); ${stayUp}`))
    for (const id of [gentle, stubborn]) {
      await until(async () => ((await linesOf(id)).length > 0 ? true : undefined))
    }
    await runtime.stop(gentle, 5_000)
    await runtime.stop(stubborn, 500)
    expect((await runtime.inspect(gentle))?.exitCode).toBe(0)
    expect((await runtime.inspect(stubborn))?.exitCode).toBe(137)
    await runtime.stop(gentle, 0)
  })

  test('tells a process that says it was killed from one that was', async () => {
    const pretends = await run(specOf('process.exit(137)'))
    expect(await runtime.wait(pretends)).toEqual({
      exitCode: 137,
      outOfMemory: false,
      ...(subject.tellsKills === false ? {} : { killed: false }),
    })
    const stopped = await run(specOf(stayUp))
    const ending = runtime.wait(stopped)
    await runtime.stop(stopped, 0)
    expect((await ending).killed).not.toBe(false)
  })

  test('starts again what has ended, with all its lines', async () => {
    const id = await run(specOf('console.log("run")'))
    await runtime.wait(id)
    await runtime.start(id)
    await runtime.wait(id)
    expect((await linesOf(id)).map(({ text: line }) => line)).toEqual(['run', 'run'])
  })

  test('finds a running instance again after a crash of the provider', async () => {
    const spec = specOf(`console.log("up"); ${stayUp}`)
    const id = await run(spec)
    const later = await subject.reopen()
    const found = (await later.list(owner)).find((instance) => instance.id === id)
    expect(found).toMatchObject({ state: 'running', owner: spec.owner })
    await later.stop(id, 100)
    expect((await later.wait(id)).exitCode).toBeGreaterThan(0)
    await later.remove(id)
    await later.removeLease(owner, spec.owner.leaseId)
    expect(await later.inspect(id)).toBeUndefined()
    await later.close()
  })

  test('making the same replica twice leaves one', async () => {
    const spec = specOf(stayUp)
    await runtime.create(spec)
    const id = await runtime.create(spec)
    const same = await runtime.list(owner, spec.owner.leaseId)
    expect(same.map((instance) => instance.id)).toEqual([id])
    expect(await runtime.list(owner, `0x${'0e'.repeat(32)}`)).toEqual([])
  })

  test('lists only its owner', async () => {
    await run(specOf(stayUp))
    expect(await runtime.list({ ...owner, network: 'another' })).toEqual([])
    expect(await runtime.list({ ...owner, provider: `0x${'01'.repeat(20)}` })).toEqual([])
  })

  test('keeps a volume from one lease to the next', async () => {
    const tenant: Address = `0x${'11'.repeat(20)}`
    const volume = await runtime.ensureVolume({ ...owner, tenant, deployment: 'notes', name: 'data' }, room)
    const mounts = [{ kind: 'volume', volume, path: '/data', readOnly: false }] as const
    const path = '(process.env.SUBLET_ROOT ?? "") + "/data/note"'
    const first = await run(specOf(`require("fs").writeFileSync(${path}, "kept")`, { mounts, user: '0' }))
    expect((await runtime.wait(first)).exitCode).toBe(0)
    await runtime.remove(first)
    const second = await run(
      specOf(`console.log(require("fs").readFileSync(${path}, "utf8"))`, { mounts, user: '0' }),
    )
    await runtime.wait(second)
    expect((await linesOf(second)).map(({ text: line }) => line)).toEqual(['kept'])
    await runtime.remove(second)
  })

  test('lets nobody write more than was asked, beside volumes and in them', async () => {
    const volumeOwner = { ...owner, tenant: owner.provider, deployment: 'filled', name: 'data' }
    const volume = await runtime.ensureVolume(volumeOwner, room)
    const mounts = [{ kind: 'volume', volume, path: '/data', readOnly: false }] as const
    // As much as three times what was asked, to each place.
    const script = `
      const fs = require("fs"), root = process.env.SUBLET_ROOT ?? ""
      for (const [place, mebibytes] of [["/data", 16], ["/var", 64]]) {
        fs.mkdirSync(root + place, { recursive: true })
        const file = fs.openSync(root + place + "/big", "w")
        let written = 0, end = "all"
        try { while (written < mebibytes * 3) { fs.writeSync(file, Buffer.alloc(1 << 20, 1)); written += 1 } } catch (error) { end = error.code }
        console.log(place, end, written >= mebibytes, written < mebibytes * 2 + 40)
      }`
    const id = await run(specOf(script, { mounts, user: '0', storageBytes: 64 * mebibyte }))
    await runtime.wait(id)
    const bounded = { all: 2, volumes: 1, none: 0 }[runtime.diskLimits]
    expect((await linesOf(id)).map(({ text: line }) => line)).toEqual(
      ['/data', '/var'].map((place, index) =>
        index < bounded ? `${place} ENOSPC true true` : expect.stringMatching(`^${place} all true`),
      ),
    )
    const stored = (await runtime.volumes(owner)).find(({ name }) => name === volume)
    expect(stored).toMatchObject({ class: 'default', owner: volumeOwner })
    expect(stored?.heldBytes).toBeGreaterThanOrEqual(room.sizeBytes)
    await runtime.remove(id)
  })

  test('measures an instance', async () => {
    const id = await run(
      specOf(`const kept = Buffer.alloc(3e7, 1); console.log("up"); setInterval(() => kept[0]++, 1000)`),
    )
    await until(async () => ((await linesOf(id)).length > 0 ? true : undefined))
    const usage = await runtime.usage(id)
    expect(usage.memoryBytes).toBeGreaterThan(2e7)
    expect(usage.cpuMs).toBeGreaterThan(0)
  })

  test('takes files in and gives them out, with their folders and modes', async () => {
    const id = await run(specOf(stayUp))
    const archive = tar.pack()
    archive.entry({ name: 'in', type: 'directory', mode: 0o755 })
    archive.entry({ name: 'in/tool', mode: 0o750 }, 'x'.repeat(200_000))
    archive.entry({ name: 'in/link', type: 'symlink', linkname: 'tool' })
    archive.finalize()
    expect(await runtime.statFile(id, '/in')).toBeUndefined()
    await runtime.unpackFiles(id, '/', Readable.from(archive as AsyncIterable<Buffer>, { objectMode: false }))
    expect(await runtime.statFile(id, '/in')).toMatchObject({ kind: 'folder' })
    expect(await runtime.statFile(id, '/in/tool')).toMatchObject({
      kind: 'file',
      sizeBytes: 200_000,
      mode: 0o750,
    })
    const seen: Record<string, string> = {}
    const extract = tar.extract()
    ;(await runtime.packFiles(id, '/in')).pipe(extract as unknown as NodeJS.WritableStream)
    for await (const entry of extract) {
      const { name, type, linkname } = entry.header
      const content = await text(Readable.from(entry as AsyncIterable<Buffer>))
      seen[name.replace(/\/$/, '')] = type === 'symlink' ? `to ${linkname}` : `${type} ${content.length}`
    }
    expect(seen).toEqual({ in: 'directory 0', 'in/link': 'to tool', 'in/tool': 'file 200000' })
  })

  test('says that a file or folder is not there', async () => {
    const id = await run(specOf(stayUp))
    await expect(runtime.packFiles(id, '/nowhere')).rejects.toMatchObject({ code: 'file.not-found' })
    const empty = tar.pack()
    empty.finalize()
    await expect(
      runtime.unpackFiles(
        id,
        '/nowhere',
        Readable.from(empty as AsyncIterable<Buffer>, { objectMode: false }),
      ),
    ).rejects.toMatchObject({ code: 'file.not-found' })
  })

  test('an archive that leads out writes nothing outside of the instance', async () => {
    const id = await run(specOf(stayUp))
    const outside = `sublet-outside-${process.pid}`
    const archive = tar.pack()
    archive.entry({ name: 'out', type: 'symlink', linkname: '/' })
    archive.entry({ name: `out/tmp/${outside}-a` }, 'bad')
    archive.entry({ name: `../../../../../../../../tmp/${outside}-b` }, 'bad')
    archive.finalize()
    await runtime
      .unpackFiles(id, '/', Readable.from(archive as AsyncIterable<Buffer>, { objectMode: false }))
      .catch(() => undefined)
    expect(existsSync(`/tmp/${outside}-a`)).toBe(false)
    expect(existsSync(`/tmp/${outside}-b`)).toBe(false)
  })

  test('says when the sender of an archive breaks off', async () => {
    const id = await run(specOf(stayUp))
    async function* cutOff() {
      const archive = tar.pack()
      archive.entry({ name: 'half' }, 'x'.repeat(5_000))
      for await (const chunk of archive as AsyncIterable<Buffer>) {
        yield chunk
        throw new Error('the sender is gone')
      }
    }
    await expect(
      runtime.unpackFiles(id, '/', Readable.from(cutOff(), { objectMode: false })),
    ).rejects.toThrow('the sender is gone')
  })

  test('leads datagrams to a UDP port', async () => {
    const id = await run(
      specOf(
        'const s = require("dgram").createSocket("udp4"); s.on("message", (m, r) => s.send("echo " + m, r.port, r.address)); s.bind(Number(process.env.SUBLET_UDP_PORT_5300 ?? 5300)); console.log("up")',
        { udpPorts: [5300] },
      ),
    )
    await until(async () => ((await linesOf(id)).length > 0 ? true : undefined))
    const { host, port } = await runtime.datagramTarget(id, 5300)
    const socket = createSocket('udp4')
    const answer = once(socket, 'message')
    const beat = setInterval(() => socket.send('hello', port, host), 50)
    expect(String((await answer)[0])).toBe('echo hello')
    clearInterval(beat)
    socket.close()
  })

  test('says when nothing listens', async () => {
    const id = await run(specOf(stayUp, { ports: [9000] }))
    await expect(runtime.connect(id, 9000)).rejects.toSatisfy((error) =>
      isSubletError(error, 'lease.not-ready'),
    )
  })

  test('refuses an image that is in its own name space but not bundled', async () => {
    expect(runtime.canRun('sublet.local/nothing:1')).toBe(false)
    await expect(runtime.ensureImage('sublet.local/nothing:1')).rejects.toSatisfy((error) =>
      isSubletError(error, 'image.unavailable'),
    )
  })

  test('removing what is gone is fine', async () => {
    const id = await run(specOf(stayUp))
    await runtime.remove(id)
    await runtime.remove(id)
    expect(await runtime.inspect(id)).toBeUndefined()
  })
}
