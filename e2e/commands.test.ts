import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hex, LeaseSample } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import {
  eventually,
  freeBasePort,
  repository,
  startUp,
  sublet,
  temporaryDir,
} from '@sublet/testing/sublet-process'
import { privateKeyToAddress } from 'viem/accounts'
import { expect, test } from 'vitest'
import { askEndpoint } from './src/ask-endpoint.ts'
import { standInImage } from './src/stand-in-image.ts'

interface Listed {
  id: string
  name: string
  phase: string
  groups: { leaseId: string; lease: { endpoints: { url: string }[]; paid?: string; refunded?: string } }[]
}

describeWith(['docker', 'busybox'])('every command, against one network', () => {
  test('a person deploys, looks, enters, and closes', async () => {
    await using data = await temporaryDir()
    await using up = await startUp({
      dataDir: data.path,
      port: await freeBasePort(),
      args: ['--deploy', 'examples/hello.yaml'],
    })
    const url = up.report.deployment?.groups[0]?.lease.endpoints[0]?.url ?? ''
    const leaseId = up.report.deployment?.groups[0]?.leaseId ?? ''
    expect((await askEndpoint(url)).status).toBe(200)
    await askEndpoint(`${url}a-page-of-its-own`)

    const listed = (await up.run(['ps', '--json'])).json<Listed[]>()
    expect(listed.map((one) => one.name)).toEqual(['hello'])
    expect((await up.run(['ps'])).stdout).toContain(url)

    const logs = await eventually('the request is logged', async () => {
      const { stdout } = await up.run(['logs', 'hello'])
      return stdout.includes('/a-page-of-its-own') ? stdout : undefined
    })
    expect(logs).not.toBe('')
    const lines = (await up.run(['logs', leaseId.slice(0, 12), '--tail', '1', '--json'])).stdout
      .trim()
      .split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: expect.any(String), stream: 'stdout' })

    const market = (await up.run(['market', '--json'])).json<{ asks: { connected: boolean }[] }>()
    expect(market.asks).toHaveLength(1)
    expect(market.asks[0]?.connected).toBe(true)

    const wallet = (await up.run(['wallet', 'show', '--json'])).json<{
      address: string
      escrowBalance: string
    }>()
    expect(wallet.address).toMatch(/^0x[0-9a-f]{40}$/)

    const status = (await up.run(['provider', 'status', '--json'])).json<{ leases: unknown[] }>()
    expect(status.leases).toHaveLength(1)

    const top = (await up.run(['top', '--json'])).json<
      { lease: { leaseId: string }; sample: LeaseSample }[]
    >()
    expect(top).toMatchObject([{ lease: { leaseId }, sample: { instances: [{ cpuLimitMillis: 250 }] } }])
    expect(top[0]?.sample.instances[0]?.memoryBytes).toBeGreaterThan(0)
    expect((await up.run(['top'])).stdout).toContain('hello')
    const wrong = await up.run(['top', '--nonsense', '--json'])
    expect([wrong.exitCode, wrong.json<{ code: string }>().code]).toEqual([2, 'request.invalid'])

    const closed = (await up.run(['close', 'hello', '--json'])).json<Listed>()
    const lease = closed.groups[0]?.lease
    expect(BigInt(lease?.paid ?? 0)).toBeGreaterThan(0n)
    expect(BigInt(lease?.refunded ?? 0)).toBeGreaterThan(0n)
    expect((await up.run(['ps', '--json'])).json<Listed[]>()).toEqual([])
    expect((await askEndpoint(url)).status).toBe(404)

    const { withdrawn } = (await up.run(['provider', 'withdraw', '--json'])).json<{ withdrawn: string }>()
    expect(BigInt(withdrawn)).toBeGreaterThan(0n)
    expect(BigInt(withdrawn)).toBeLessThanOrEqual(BigInt(lease?.paid ?? 0))
    const again = await up.run(['provider', 'withdraw', '--json'])
    expect(again.json()).toEqual({ withdrawn: '0' })
  })

  test('a command runs inside a lease, with its input, output and exit code', async () => {
    await using data = await temporaryDir()
    await using _image = await standInImage('example/shell:1', [8080])
    await using up = await startUp({ dataDir: data.path, port: await freeBasePort(), args: [] })
    const file = join(data.path, 'shell.yaml')
    await writeFile(file, 'name: shell\nimage: example/shell:1\nport: 8080\ncpu: 0.1\nmemory: 64Mi\n')
    expect((await up.run(['deploy', file])).exitCode).toBe(0)

    const echoed = await up.run(['exec', 'shell', '--', '/bin/echo', 'from inside'])
    expect(echoed).toMatchObject({ exitCode: 0, stdout: 'from inside\n' })
    const copied = await up.run(['exec', 'shell', '--', '/bin/cat'], { input: 'through and back\n' })
    expect(copied).toMatchObject({ exitCode: 0, stdout: 'through and back\n' })
    expect((await up.run(['exec', 'shell', '--', '/bin/sh', '-c', 'exit 7'])).exitCode).toBe(7)
    const script = ['--', '/bin/sh', '-c', 'echo out; echo err >&2; exit 7']
    const told = await up.run(['exec', '--json', 'shell', ...script])
    expect(told.json()).toEqual({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' })
    expect(told.exitCode).toBe(7)
    expect((await up.run(['exec', 'shell', '--', '/bin/sh', '-c', 'echo wrong >&2'])).stderr).toContain(
      'wrong',
    )

    // On a terminal the command has one too, of the same size, and is typed into.
    const terminal = await inTerminal(
      ['exec', '--data', data.path, 'shell', '--', '/bin/sh'],
      ['/bin/busybox tty', '/bin/busybox stty size', 'exit 5'],
    )
    expect(terminal.output).toContain('/dev/pts/')
    expect(terminal.output).toContain('33 111')
    expect(terminal.exitCode).toBe(5)
  })

  test('an image that cannot be pulled and a container that dies cost nothing and say why', async () => {
    await using data = await temporaryDir()
    await using _image = await standInImage('example/dies:1', [])
    await using up = await startUp({ dataDir: data.path, port: await freeBasePort(), args: [] })
    const before = (await up.run(['wallet', 'show', '--json'])).json<Record<string, string>>()

    const absent = join(data.path, 'absent.yaml')
    await writeFile(absent, 'image: registry.invalid/none:1\nport: 80\n')
    const unpullable = await up.run(['deploy', absent])
    expect(unpullable.exitCode).toBe(6)
    expect(unpullable.stderr).toContain('registry.invalid/none:1')

    const dies = join(data.path, 'dies.yaml')
    await writeFile(
      dies,
      'image: example/dies:1\ncommand: ["/bin/sh", "-c", "echo the last words; exit 3"]\nport: 80\nrestart: never\n',
    )
    const dead = await up.run(['deploy', dies])
    expect(dead.exitCode).toBe(6)
    expect(dead.stderr).toContain('the last words')

    const after = (await up.run(['wallet', 'show', '--json'])).json<Record<string, string>>()
    const total = (wallet: Record<string, string>) =>
      BigInt(wallet.walletBalance ?? 0) + BigInt(wallet.escrowBalance ?? 0)
    expect(total(after)).toBe(total(before))
  })

  test('a job gives its output and its exit code', async () => {
    await using data = await temporaryDir()
    await using _image = await jobImage()
    await using up = await startUp({ dataDir: data.path, port: await freeBasePort(), args: [] })
    const done = await up.run([
      'run',
      '--cpu',
      '0.1',
      '--memory',
      '64Mi',
      'example/job:1',
      '--',
      '/bin/echo',
      'worked',
    ])
    expect(done.stdout).toBe('worked\n')
    expect(done.exitCode).toBe(0)
    const failed = await up.run([
      'run',
      '--cpu',
      '0.1',
      '--memory',
      '64Mi',
      'example/job:1',
      '--',
      '/bin/sh',
      '-c',
      'exit 9',
    ])
    expect(failed.exitCode).toBe(9)

    const told = await up.run([
      'run',
      '--cpu',
      '0.1',
      '--memory',
      '64Mi',
      '--json',
      'example/job:1',
      '--',
      '/bin/false',
    ])
    expect(told.exitCode).toBe(1)
    expect(told.json<Listed>()).toMatchObject({ phase: 'closed', groups: [{ lease: { exitCode: 1 } }] })
  })
})

test('a wallet is made, shown, exported and brought in elsewhere', async () => {
  await using data = await temporaryDir()
  const env = { SUBLET_PASSPHRASE: 'a passphrase of a test' }
  const wallet = (...args: string[]) => sublet(['wallet', ...args, '--json', '--data', data.path], { env })
  const made = (await wallet('new', 'mine')).json<{ name: string; address: string; file: string }>()
  expect(made.name).toBe('mine')
  expect(await readFile(made.file, 'utf8')).not.toContain(env.SUBLET_PASSPHRASE)
  expect((await wallet('show')).json<{ wallets: unknown[] }>().wallets).toMatchObject([
    { name: 'mine', address: made.address.toLowerCase() },
  ])

  const safe = (await wallet('export', 'mine')).json<Record<string, string>>()
  expect(Object.keys(safe)).not.toContain('privateKey')
  const { privateKey } = (await wallet('export', 'mine', '--private-key')).json<{ privateKey: Hex }>()
  expect(privateKeyToAddress(privateKey).toLowerCase()).toBe(made.address.toLowerCase())

  const keyFile = join(data.path, 'key.json')
  await writeFile(keyFile, safe.keystore ?? '')
  const broughtIn = (await wallet('new', 'again', '--import', keyFile)).json<{ address: string }>()
  expect(broughtIn.address).toBe(made.address)

  // Nothing is overwritten, and nobody without the passphrase gets the key.
  expect((await wallet('new', 'mine')).exitCode).not.toBe(0)
  const stranger = await sublet(
    ['wallet', 'export', 'mine', '--private-key', '--json', '--data', data.path],
    {
      env: { SUBLET_PASSPHRASE: 'another one' },
    },
  )
  expect(stranger.json<{ code: string }>().code).toBe('wallet.locked')
})

/** Runs a command on a terminal of 33 lines and 111 columns, and types a line whenever it asks for one. */
async function inTerminal(
  args: readonly string[],
  lines: readonly string[],
): Promise<{ output: string; exitCode: number | null }> {
  const command = [process.execPath, 'packages/cli/bin/sublet.js', ...args]
    .map((word) => `'${word}'`)
    .join(' ')
  const child = spawn('script', ['-qec', `stty rows 33 columns 111; ${command}`, '/dev/null'], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const left = [...lines]
  let output = ''
  let asked = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const prompts = output.split(/[#$] /).length - 1
    for (; asked < prompts; asked++) {
      const line = left.shift()
      if (line !== undefined) child.stdin.write(`${line}\r`)
    }
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { output, exitCode }
}

/** An image without an entrypoint, as images of tools are. */
function jobImage() {
  return standInImage('example/job:1', [], { entrypoint: [] })
}
