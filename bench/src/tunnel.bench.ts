import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { acceptTunnels, makeCertificate, type Tunnel } from '@sublet/service'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { type BenchRow, type BenchRows, median } from './row.ts'

type Get = (path: string) => Promise<Readable>

const warmUp = 2_000
const serial = 3_000
const parallel = 20_000
const inFlight = 64
const rounds = 3

async function small(get: Get): Promise<void> {
  const body = await get('/small')
  body.resume()
  await once(body, 'close')
}

/** Milliseconds of one request after another, their median. */
async function measureLatency(get: Get): Promise<number> {
  const samples: number[] = []
  for (let i = 0; i < serial; i++) {
    const start = performance.now()
    await small(get)
    samples.push(performance.now() - start)
  }
  return median(samples)
}

async function measureRate(get: Get): Promise<number> {
  let left = parallel
  const start = performance.now()
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) await small(get)
    }),
  )
  return parallel / ((performance.now() - start) / 1000)
}

/** Megabytes a second of one large answer. */
async function measureBulk(get: Get): Promise<number> {
  const start = performance.now()
  const body = await get('/bulk')
  let bytes = 0
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await once(body, 'end')
  return bytes / 1e6 / ((performance.now() - start) / 1000)
}

interface Figures {
  latencyMs: number
  perSecond: number
  megabytesPerSecond: number
}

/** Both ways in turns, so that whatever else the machine does hits both. */
async function measureBoth(ours: Get, peer: Get): Promise<[Figures, Figures]> {
  const ways = [ours, peer].map((get) => ({
    get,
    latency: [] as number[],
    rate: [] as number[],
    bulk: [] as number[],
  }))
  for (const { get } of ways) for (let i = 0; i < warmUp; i++) await small(get)
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) way.latency.push(await measureLatency(way.get))
    for (const way of ways) way.rate.push(await measureRate(way.get))
    for (const way of ways) way.bulk.push(await measureBulk(way.get))
  }
  const [first, second] = ways.map(({ latency, rate, bulk }) => ({
    latencyMs: median(latency),
    perSecond: median(rate),
    megabytesPerSecond: median(bulk),
  }))
  if (first === undefined || second === undefined) throw new Error('nothing was measured')
  return [first, second]
}

function getOverPlain(session: ClientHttp2Session): Get {
  return async (path) => {
    const stream = session.request({ ':path': path })
    await once(stream, 'response')
    return stream
  }
}

/**
 * The tunnel, TLS and all, against a plain HTTP/2 connection to the same handler. The provider runs in a process of its own,
 * the indexer's end and the load in this one: two cores.
 */
export async function* benchTunnel(): BenchRows {
  const identity = privateKeyToAccount(generatePrivateKey())
  let arrive = (_tunnel: Tunnel) => {}
  const arrival = new Promise<Tunnel>((resolve) => {
    arrive = resolve
  })
  const silent = { debug() {}, info() {}, warn() {} }
  const listener = await acceptTunnels({
    tls: await makeCertificate(Date.now()),
    identity,
    authorise: async () => true,
    onConnect: arrive,
    log: silent,
  })
  const provider = fork(fileURLToPath(new URL('./tunnel-provider.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, TUNNEL_PORT: String(listener.port) },
  })
  try {
    const [[{ plainPort }], tunnel] = await Promise.all([
      once(provider, 'message') as Promise<[{ plainPort: number }]>,
      arrival,
    ])
    const plain = connect(`http://127.0.0.1:${plainPort}`, {
      settings: { initialWindowSize: 2 * 1024 * 1024 },
      maxSessionMemory: 1024,
    })
    await once(plain, 'connect')
    plain.setLocalWindowSize(64 * 1024 * 1024)
    const ours: Get = async (path) => (await tunnel.request({ method: 'GET', path })).body
    const [through, direct] = await measureBoth(ours, getOverPlain(plain))
    plain.destroy()
    yield* rowsOf(through, direct)
  } finally {
    provider.kill()
    await listener.stop()
  }
}

function rowsOf(through: Figures, direct: Figures): BenchRow[] {
  const addedMs = through.latencyMs - direct.latencyMs
  const whole = (value: number) => Math.round(value).toLocaleString('en')
  const ratio = (ours: number, peer: number) => `${(ours / peer).toFixed(2)}×`
  return [
    {
      figure: `tunnel: small requests, ${inFlight} in flight`,
      ours: `${whole(through.perSecond)}/s`,
      peer: `plain HTTP/2, no TLS: ${whole(direct.perSecond)}/s`,
      ratio: ratio(through.perSecond, direct.perSecond),
      target: '≥ 8,000/s',
      ok: through.perSecond >= 8_000,
    },
    {
      figure: 'tunnel: one large answer',
      ours: `${whole(through.megabytesPerSecond)} MB/s`,
      peer: `plain HTTP/2, no TLS: ${whole(direct.megabytesPerSecond)} MB/s`,
      ratio: ratio(through.megabytesPerSecond, direct.megabytesPerSecond),
      target: '≥ 400 MB/s',
      ok: through.megabytesPerSecond >= 400,
    },
    {
      figure: 'tunnel: added to a request, p50',
      ours: `${addedMs.toFixed(3)} ms (${through.latencyMs.toFixed(3)} ms)`,
      peer: `plain HTTP/2, no TLS: ${direct.latencyMs.toFixed(3)} ms`,
      ratio: ratio(through.latencyMs, direct.latencyMs),
      target: '≤ 0.5 ms added',
      ok: addedMs <= 0.5,
    },
  ]
}
