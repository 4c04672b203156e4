import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { type BenchRow, quantile } from './row.ts'
import { freeBasePort, runNetwork, withTemporaryDir } from './running-network.ts'

const rounds = 20
const hello = fileURLToPath(new URL('../../examples/hello.yaml', import.meta.url))
const image = 'sublet.local/hello:1'

/** One try to get an answer; true on status 200. */
function answers(host: string, port: number, path: string, hostHeader: string): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request(
      { host, port, path, headers: { host: hostHeader }, agent: false },
      (response) => {
        response.resume()
        response.once('end', () => resolve(response.statusCode === 200))
      },
    )
    outgoing.once('error', () => resolve(false))
    outgoing.end()
  })
}

async function untilAnswered(host: string, port: number, path: string, hostHeader: string): Promise<void> {
  while (!(await answers(host, port, path, hostHeader)))
    await new Promise((resolve) => setTimeout(resolve, 2))
}

function docker(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.once('close', (code) =>
      code === 0 ? resolve(output.trim()) : reject(new Error(`docker ${args.join(' ')}`)),
    )
  })
}

/** `docker run -d` of the same image to its first answered request, then gone. */
async function plainRun(): Promise<number> {
  const startedAt = performance.now()
  const id = await docker(['run', '-d', '--cpus', '0.25', '--memory', '128m', '-p', '127.0.0.1::8080', image])
  const published = await docker(['port', id, '8080/tcp'])
  const port = Number(published.split(':').at(-1))
  await untilAnswered('127.0.0.1', port, '/', '127.0.0.1')
  const tookMs = performance.now() - startedAt
  await docker(['rm', '-f', id])
  return tookMs
}

/** A deployment through the controller, from the order to its first answered request, then closed. */
async function leasedRun(controllerUrl: string, token: string, source: string): Promise<number> {
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${controllerUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const startedAt = performance.now()
  const created = (await (await call('POST', '/v1/deployments', { source, file: 'hello.yaml' })).json()) as {
    id: string
  }
  const events = await call('GET', `/v1/deployments/${created.id}/events`)
  const url = await firstUrl(events)
  const { hostname, port, host, pathname } = new URL(url)
  await untilAnswered(hostname.endsWith('localhost') ? '127.0.0.1' : hostname, Number(port), pathname, host)
  const tookMs = performance.now() - startedAt
  await events.body?.cancel().catch(() => undefined)
  await (await call('POST', `/v1/deployments/${created.id}/close`)).arrayBuffer()
  return tookMs
}

/** The first URL that a stream of deployment events names. */
async function firstUrl(events: Response): Promise<string> {
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (reader !== undefined) {
    const { value, done } = await reader.read()
    if (done) break
    text += value
    const url = /"url":"(http[^"]+)"/.exec(text)?.[1]
    if (url !== undefined) {
      reader.releaseLock()
      return url
    }
    if (text.includes('"phase":"failed"')) throw new Error(`the deployment failed: ${text}`)
  }
  throw new Error(`the deployment ended without a URL: ${text}`)
}

/** Order to answered request beside `docker run` of the same image, taken in turn. */
export async function benchLease(): Promise<BenchRow[]> {
  const source = await readFile(hello, 'utf8')
  const ours: number[] = []
  const plain: number[] = []
  await withTemporaryDir(async (dir) => {
    const network = await runNetwork(dir, await freeBasePort(), ['--deploy', 'examples/hello.yaml'])
    const { controllerUrl, token } = network.report
    try {
      await plainRun()
      await leasedRun(controllerUrl, token, source)
      for (let round = 0; round < rounds; round++) {
        plain.push(await plainRun())
        ours.push(await leasedRun(controllerUrl, token, source))
      }
    } finally {
      await network.stop()
    }
  })
  return [
    compare('order to answered request, p50', ours, plain, 0.5, 150),
    compare('order to answered request, p95', ours, plain, 0.95, 300),
  ]
}

function compare(figure: string, ours: number[], plain: number[], share: number, limitMs: number): BenchRow {
  const a = quantile(ours, share)
  const b = quantile(plain, share)
  return {
    figure,
    ours: `${Math.round(a)} ms`,
    peer: `docker run ${Math.round(b)} ms`,
    ratio: `${(a / b).toFixed(2)}×`,
    target: `≤ ${limitMs} ms more`,
    ok: a - b <= limitMs,
  }
}
