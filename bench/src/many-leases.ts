import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { type Agreement, leaseIdOf } from '@sublet/protocol'
import {
  groupOf,
  httpPort,
  type KillableProvider,
  serviceOf,
  startTestNetwork,
  type Tenant,
} from '@sublet/provider/testing'
import { isPassing } from '@sublet/sdk'
import { startCompiled } from './compiled-provider.ts'
import { type BenchRow, median } from './row.ts'

/** Two hundred on a machine of their own; fewer where others work too. */
const manyLeases = Number(process.env.SUBLET_BENCH_LEASES ?? 200)
const atOnce = 4
const image = 'sublet-bench/httpd:1'
const restSeconds = 20
const rests = 3
const patienceMs = 120_000

/**
 * Many leases on one provider, which is a process of its own: what it needs for them at rest, and how long a new one takes
 * after `kill -9` until it has taken up every one and seen each answer. Each lease is a web server of one process.
 */
export async function benchManyLeases(databaseUrl: string): Promise<BenchRow[]> {
  await using network = await startTestNetwork({ databaseUrl })
  const { tenant } = network
  await makeImage()
  const config = { runtime: 'docker', spareNetworks: 4, chainPollMs: 1_000, cpuOfferPercent: 100_00 } as const
  let provider = await startCompiled(network, config)
  const agreements: Agreement[] = []
  try {
    let left = manyLeases
    let rented = 0
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (left-- > 0) {
          await rentOne(tenant, agreements).catch((error: unknown) => {
            // The others rent no more either, so that all there is can be closed.
            left = 0
            throw error
          })
          rented += 1
          if (rented % 25 === 0) say(`${rented} of ${manyLeases} leases are rented`)
        }
      }),
    )
    await allReady(tenant)
    // Renting leaves garbage and open answers behind, which are not the leases'.
    await pause(10)
    const corePercents: number[] = []
    for (let rest = 0; rest < rests; rest += 1) corePercents.push(await restingPercent(provider))
    const memoryMb = (await residentBytes(provider)) / 1e6
    say('measured at rest; the provider is killed and started again')

    await provider.kill()
    const startedAt = performance.now()
    provider = await startCompiled(network, config)
    await allReady(tenant)
    const recoveredMs = performance.now() - startedAt
    return rowsOf({
      corePercent: median(corePercents),
      memoryMb,
      recoveredMs,
      loadedInMs: provider.loadedInMs,
    })
  } finally {
    await closeAll(tenant, agreements)
    await provider.kill()
  }
}

/** Writes down what it agreed to before it waits, so that whatever fails is cleared away. */
async function rentOne(tenant: Tenant, agreements: Agreement[]): Promise<void> {
  const group = groupOf(
    serviceOf({
      image,
      ports: [httpPort(8080)],
      resources: { cpuMillis: 100, memoryBytes: 8 * 1024 * 1024, storageBytes: 0, volumes: [] },
      stopGraceMs: 0,
    }),
  )
  const bid = await patiently(() => tenant.order(group, { startWithinSeconds: 900 }))
  const { agreement } = bid
  agreements.push(agreement)
  const manifest = await tenant.manifest(bid, group)
  await patiently(() => tenant.provider.createLease(manifest))
  const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
  const ended = (phase: string) => phase === 'lapsed' || phase === 'closed'
  const { phase, message } = await tenant.until(
    leaseId,
    (status) => status.phase === 'active' || ended(status.phase),
    900_000,
  )
  if (ended(phase)) throw new Error(`a lease did not come up: ${message || phase}`)
}

const say = (what: string) => process.stderr.write(`  ${what}\n`)

async function closeAll(tenant: Tenant, agreements: readonly Agreement[]): Promise<void> {
  // The chain client sends one after the other by itself.
  await Promise.all(
    agreements.map(async (agreement) => {
      const { status } = await tenant.chain.lease(leaseIdOf(agreement.tenant, agreement.salt))
      if (status === 'open') await tenant.chain.closeLease(agreement)
    }),
  )
  while ((await live(tenant)).length > 0) await pause(0.5)
}

/** A machine that is busy with the leases before may let the tunnel fall silent. What is asked twice here is done once. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (const startedAt = performance.now(); ; ) {
    try {
      return await call()
    } catch (error) {
      if (!isPassing(error) || performance.now() - startedAt > patienceMs) throw error
      await pause(0.5)
    }
  }
}

const busybox = '/bin/busybox'

/** Why the leases cannot be had; undefined where they can. */
export async function missingBusybox(): Promise<string | undefined> {
  const program = await readFile(busybox).catch(() => undefined)
  // A program that is linked dynamically names its loader near the start.
  if (program !== undefined && !program.subarray(0, 4096).includes('/ld-')) return undefined
  return `there is no static ${busybox} here (Debian: apt-get install busybox-static)`
}

/** Only a static busybox: two hundred of anything larger would measure the machine's memory. */
async function makeImage(): Promise<void> {
  const tar = spawn('tar', ['-C', '/', '-c', busybox.slice(1)], { stdio: ['ignore', 'pipe', 'ignore'] })
  const start = `CMD ["${busybox}","httpd","-f","-p","8080"]`
  const made = spawn('docker', ['import', '--change', start, '-', image], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  tar.stdout.pipe(made.stdin)
  const [[code]] = (await Promise.all([once(made, 'exit'), once(tar, 'exit')])) as [[number], unknown]
  if (code !== 0) throw new Error('the image could not be made')
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))

async function live(tenant: Tenant) {
  const statuses = await patiently(() => tenant.provider.leases())
  return statuses.filter(({ phase }) => phase !== 'closed' && phase !== 'lapsed')
}

async function allReady(tenant: Tenant): Promise<void> {
  for (;;) {
    const ready = (await live(tenant)).filter(({ services }) => services[0]?.ready === 1)
    if (ready.length >= manyLeases) return
    await pause(0.05)
  }
}

/** Of one core, over the time of a rest. */
async function restingPercent(provider: KillableProvider): Promise<number> {
  const before = await cpuMs(provider)
  const startedAt = performance.now()
  await pause(restSeconds)
  return (((await cpuMs(provider)) - before) / (performance.now() - startedAt)) * 100
}

/** As the kernel counts it: user and system time of the process. */
async function cpuMs({ child }: KillableProvider): Promise<number> {
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / (await ticksPerSecond())
}

async function ticksPerSecond(): Promise<number> {
  return Number((await promisify(execFile)('getconf', ['CLK_TCK'])).stdout)
}

async function residentBytes({ child }: KillableProvider): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
}

function rowsOf(figures: {
  corePercent: number
  memoryMb: number
  recoveredMs: number
  loadedInMs: number
}): BenchRow[] {
  const { corePercent, memoryMb, recoveredMs, loadedInMs } = figures
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const alone = { peer: '–', ratio: '–' }
  return [
    {
      figure: `${manyLeases} leases: memory of the provider`,
      ours: `${memoryMb.toFixed(0)} MB`,
      ...alone,
      target: '< 500 MB',
      ok: memoryMb < 500,
    },
    {
      figure: `${manyLeases} leases at rest: processor`,
      ours: `${corePercent.toFixed(1)} % of a core`,
      ...alone,
      target: '≤ 5 %',
      ok: corePercent <= 5,
    },
    {
      figure: `${manyLeases} leases taken up after kill -9, each seen to answer`,
      ours: `${seconds(recoveredMs)}, ${seconds(loadedInMs)} of it reading the program`,
      ...alone,
      target: '< 5 s',
      ok: recoveredMs < 5_000,
    },
  ]
}
