import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { freePort, pebbleDnsPath, pebblePath } from '@sublet/testing'
import { generate } from 'selfsigned'
import { vi } from 'vitest'

/** A name server on loopback that says what it was told, and 127.0.0.1 to every other question for an address. */
export interface TestDns extends AsyncDisposable {
  /** `address:port`. */
  server: string
  setText(name: string, value: string): Promise<void>
  setAlias(name: string, target: string): Promise<void>
  setAddress(name: string, address: string): Promise<void>
}

export async function startTestDns(): Promise<TestDns> {
  const [dns, management] = [await freePort(), await freePort()]
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', '']
  const args = ['-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${management}`, ...off]
  const child = run(pebbleDnsPath, args)
  const tell = async (path: string, body: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${management}/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  await vi.waitFor(() => tell('clear-request-history', { type: 'dns', host: 'x' }), { timeout: 20_000 })
  return {
    server: `127.0.0.1:${dns}`,
    setText: (name, value) => tell('set-txt', { host: `${name}.`, value }),
    setAlias: (name, target) => tell('set-cname', { host: `${name}.`, target: `${target}.` }),
    setAddress: (name, address) => tell('add-a', { host: `${name}.`, addresses: [address] }),
    [Symbol.asyncDispose]: () => child.stop(),
  }
}

/** An authority whose port and root are known before it starts, as its clients need them. */
export interface Pebble extends AsyncDisposable {
  directoryUrl: string
  /** PEM file of the root of its own HTTPS. */
  caFile: string
  /** @param httpPort where it looks for answers, in the place of port 80. */
  start(dns: TestDns, httpPort: number): Promise<void>
  /** PEM of the root of the certificates that it gives. */
  root(): Promise<string>
}

export async function preparePebble(): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-pebble-'))
  const [port, management] = [await freePort(), await freePort()]
  const made = await generate([{ name: 'commonName', value: 'pebble' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const file = (name: string) => join(folder, name)
  await writeFile(file('ca.pem'), made.cert)
  await writeFile(file('key.pem'), made.private)
  let child: ReturnType<typeof run> | undefined
  const get = async (url: string) => {
    const sent = request(url, { ca: made.cert })
    sent.end()
    const [answer] = await once(sent, 'response')
    return await text(answer)
  }
  return {
    directoryUrl: `https://127.0.0.1:${port}/dir`,
    caFile: file('ca.pem'),
    async start(dns, httpPort) {
      const pebble = {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${management}`,
        certificate: file('ca.pem'),
        privateKey: file('key.pem'),
        httpPort,
        tlsPort: 1,
        ocspResponderURL: '',
        externalAccountBindingRequired: false,
      }
      await writeFile(file('config.json'), JSON.stringify({ pebble }))
      // Of good nonces it turns some down, as authorities may at any time.
      const env = {
        ...process.env,
        PEBBLE_VA_NOSLEEP: '1',
        PEBBLE_WFE_NONCEREJECT: '20',
        PEBBLE_AUTHZREUSE: '0',
      }
      child = run(pebblePath, ['-config', file('config.json'), '-dnsserver', dns.server], env)
      await vi.waitFor(() => get(`https://127.0.0.1:${port}/dir`), { timeout: 20_000 })
    },
    root: () => get(`https://127.0.0.1:${management}/roots/0`),
    async [Symbol.asyncDispose]() {
      await child?.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(program, args, { stdio: 'ignore', env })
  child.on('error', () => undefined)
  const ended = once(child, 'close')
  return {
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
