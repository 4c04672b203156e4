import { text } from 'node:stream/consumers'
import type { Hex } from '@sublet/protocol'
import { isSubletError } from '@sublet/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InstanceSpec, Owner, Runtime, RuntimeLogLine } from './runtime.ts'

export interface RuntimeUnderTest {
  runtime: Runtime
  /** Another adapter object on the same machine state, as after a crash of the provider. */
  reopen(): Promise<Runtime>
  /** An image in which `nodePath` runs Node. */
  image: string
  nodePath: string
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
      owner: { ...owner, leaseId: newLease(), service: 'web', replica: 0 },
      image: subject.image,
      command: [subject.nodePath],
      args: ['-e', script],
      env: {},
      cpuMillis: 500,
      memoryBytes: 256 * 1024 * 1024,
      pidsLimit: 128,
      gpuIds: [],
      mounts: [],
      files: [],
      aliases: ['web'],
      ports: [],
      redirects: [],
      readOnlyRoot: false,
      stopGraceMs: 5_000,
      ...more,
    }
  }

  async function run(spec: InstanceSpec): Promise<string> {
    const id = await runtime.create(spec)
    await runtime.start(id)
    return id
  }

  async function linesOf(id: string, request = { follow: false }): Promise<RuntimeLogLine[]> {
    const lines: RuntimeLogLine[] = []
    for await (const line of runtime.logs(id, request)) lines.push(line)
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
    for await (const { text: line } of runtime.logs(id, { follow: true, tail: 2 })) followed.push(line)
    expect(followed.at(-1)).toBe('line 8')
    expect(followed.length).toBeLessThan(8)
  })

  test('leaves out lines before an instant', async () => {
    const id = await run(specOf('console.log("early"); setTimeout(() => console.log("late"), 400)'))
    await runtime.wait(id)
    const all = await linesOf(id)
    const late = all.find(({ text: line }) => line === 'late')
    const since: string[] = []
    for await (const line of runtime.logs(id, { follow: false, sinceMs: (late?.atMs ?? 0) - 100 })) {
      since.push(line.text)
    }
    expect(since).toEqual(['late'])
  })

  test('stops following when told to', async () => {
    const id = await run(specOf(`console.log("up"); ${stayUp}`))
    const stop = new AbortController()
    const lines: string[] = []
    for await (const { text: line } of runtime.logs(id, { follow: true, signal: stop.signal })) {
      lines.push(line)
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
    const same = (await runtime.list(owner)).filter(({ owner: of }) => of.leaseId === spec.owner.leaseId)
    expect(same.map((instance) => instance.id)).toEqual([id])
  })

  test('lists only its owner', async () => {
    await run(specOf(stayUp))
    expect(await runtime.list({ ...owner, network: 'another' })).toEqual([])
    expect(await runtime.list({ ...owner, provider: `0x${'01'.repeat(20)}` })).toEqual([])
  })

  test('keeps a volume from one lease to the next', async () => {
    const volume = await runtime.ensureVolume({
      ...owner,
      tenant: `0x${'11'.repeat(20)}`,
      deployment: 'notes',
      name: 'data',
    })
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

  test('measures an instance', async () => {
    const id = await run(
      specOf(`const kept = Buffer.alloc(3e7, 1); console.log("up"); setInterval(() => kept[0]++, 1000)`),
    )
    await until(async () => ((await linesOf(id)).length > 0 ? true : undefined))
    const usage = await runtime.usage(id)
    expect(usage.memoryBytes).toBeGreaterThan(2e7)
    expect(usage.cpuMs).toBeGreaterThan(0)
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
