import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { temporaryDir } from '@sublet/testing/sublet-process'
import { missingDocker, plainRunMs, untilAnswered } from './docker-command.ts'
import { type BenchRow, type BenchRows, quantile } from './row.ts'
import { runNetwork } from './running-network.ts'

const rounds = 20
const hello = fileURLToPath(new URL('../../examples/hello.yaml', import.meta.url))

interface LeasedRun {
  /** The first request at its public address was answered. */
  answeredMs: number
  /** The lease is open on chain as well: from here on it is paid. */
  openMs: number
}

/** A deployment through the controller, from the order on, then closed. */
async function leasedRun(controllerUrl: string, token: string, source: string): Promise<LeasedRun> {
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
  let answered: Promise<number> | undefined
  await untilRunning(events, (url) => {
    const { hostname, port, host, pathname } = new URL(url)
    const address = hostname.endsWith('localhost') ? '127.0.0.1' : hostname
    answered = untilAnswered({ host: address, port: Number(port), path: pathname, hostHeader: host }).then(
      () => performance.now() - startedAt,
    )
  })
  const openMs = performance.now() - startedAt
  const answeredMs = await answered
  if (answeredMs === undefined) throw new Error('the lease is open and has no URL')
  await (await call('POST', `/v1/deployments/${created.id}/close`)).arrayBuffer()
  return { answeredMs, openMs }
}

/** Reads a stream of deployment events until the lease is open, and says the first URL that it names. */
async function untilRunning(events: Response, onUrl: (url: string) => void): Promise<void> {
  let text = ''
  let said = false
  for await (const chunk of events.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const url = /"url":"(http[^"]+)"/.exec(text)?.[1]
    if (url !== undefined && !said) {
      said = true
      onUrl(url)
    }
    if (text.includes('"phase":"running"')) return
    if (text.includes('"phase":"failed"')) break
  }
  throw new Error(`the deployment ended before it ran: ${text}`)
}

/** Order to answered request beside `docker run` of the same image, taken in turn. */
export async function* benchLease(): BenchRows {
  const missing = await missingDocker()
  if (missing !== undefined) {
    yield { leftOut: 'order to answered request beside docker run', because: missing }
    return
  }
  const source = await readFile(hello, 'utf8')
  const answered: number[] = []
  const open: number[] = []
  const plain: number[] = []
  let processorMs = 0
  await using dir = await temporaryDir()
  const network = await runNetwork(dir.path)
  const { controllerUrl, token } = network.report
  try {
    await plainRunMs()
    await leasedRun(controllerUrl, token, source)
    for (let round = 0; round < rounds; round++) {
      plain.push(await plainRunMs())
      const before = await network.processorMs()
      const run = await leasedRun(controllerUrl, token, source)
      answered.push(run.answeredMs)
      open.push(run.openMs)
      processorMs += (await network.processorMs()) - before
    }
  } finally {
    await network.stop()
  }
  yield* [
    compare('order to answered request, p50', answered, plain, 0.5, 150),
    compare('order to answered request, p95', answered, plain, 0.95, 300),
    {
      figure: 'order to lease open on chain, p50',
      ours: `${Math.round(quantile(open, 0.5))} ms`,
      peer: '–',
      ratio: '–',
      target: '–',
      ok: true,
    },
    {
      figure: 'processor time of all roles for one lease, order to settled',
      ours: `${Math.round(processorMs / rounds)} ms`,
      peer: '–',
      ratio: '–',
      target: '–',
      ok: true,
    },
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
