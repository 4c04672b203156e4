import { stripVTControlCharacters } from 'node:util'
import type { Deployment, LeaseSample, LeaseStatus } from '@sublet/protocol'
import { eventually } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { followUsage, type LeaseUsage, lookOnce } from './lease-usage.ts'
import { renderTop } from './render-top.ts'

const nowMs = 1_800_000_000_000
const idOf = (digit: string) => `0x${digit.repeat(64)}` as const

function leaseOf(digit: string, phase: LeaseStatus['phase'] = 'active'): LeaseStatus {
  return {
    leaseId: idOf(digit),
    tenant: `0x${'7e'.repeat(20)}`,
    provider: `0x${'ab'.repeat(20)}`,
    deployment: `app-${digit}`,
    phase,
    message: 'Pulling the images.',
    ratePerHour: 3_600_000n,
    deposit: 36_000_000n,
    openedAt: nowMs / 1000 - 10,
    services: [],
    endpoints: [],
    phaseAtMs: {},
  }
}

function deploymentOf(lease: LeaseStatus): Deployment {
  return {
    id: lease.deployment,
    name: lease.deployment,
    phase: 'running',
    message: '',
    groups: [{ name: 'main', bids: [], excluded: [], leaseId: lease.leaseId, lease }],
    createdAtMs: nowMs,
    timings: {},
  }
}

function sampleOf(atMs: number, receivedBytes: number): LeaseSample {
  const instance = {
    service: 'web',
    replica: 0,
    cpuMillis: 1250,
    cpuLimitMillis: 2000,
    memoryBytes: 512 * 1024 ** 2,
    memoryLimitBytes: 1024 ** 3,
    receivedBytes,
    sentBytes: 0,
    readBytes: 0,
    writtenBytes: 0,
    gpus: [],
  }
  return { atMs, instances: [instance] }
}

function linesOf(usage: readonly LeaseUsage[], size = { columns: 120, rows: 24 }): string[] {
  return renderTop({ ...size, usage, nowMs, colors: true }).map(stripVTControlCharacters)
}

test('shows what each instance uses, its speeds, and what all leases cost together', () => {
  const lease = leaseOf('1')
  const [before, sample] = [sampleOf(nowMs - 2000, 0), sampleOf(nowMs, 4 * 1024 ** 2)]
  const waiting: LeaseUsage = { deployment: 'app-2', lease: leaseOf('2', 'pulling') }
  const screen = linesOf([{ deployment: 'app-1', lease, before, sample }, waiting]).join('\n')
  expect(screen).toContain('2 leases  $3.60/h  $0.02 so far')
  expect(screen).toContain('cores █████░░░ 1.25/2')
  expect(screen).toMatch(/web\/0 +cores 1.25 of 2 +memory 512 MiB of 1 GiB +net 2 MiB\/s in, 0 B\/s out/)
  expect(screen).toContain('Pulling the images.')
})

test.each([
  { columns: 20, rows: 4 },
  { columns: 80, rows: 24 },
  { columns: 200, rows: 3 },
])('fits a terminal of $columns by $rows', (size) => {
  const usage = ['1', '2', '3', '4'].map((digit) => ({
    deployment: `app-${digit}`,
    lease: leaseOf(digit),
    sample: sampleOf(nowMs, 0),
  }))
  const lines = linesOf(usage, size)
  expect(lines).toHaveLength(size.rows)
  for (const line of lines) expect([...line].length).toBeLessThanOrEqual(size.columns)
})

test('a provider that does not answer costs its own figures only', async () => {
  const client = {
    deployments: async () => [leaseOf('1'), leaseOf('2'), leaseOf('3', 'closed')].map(deploymentOf),
    async *stats(leaseId: string) {
      if (leaseId === idOf('2')) throw new Error('It does not answer.')
      yield sampleOf(nowMs, 0)
    },
  }
  expect(await lookOnce(client)).toMatchObject([
    { deployment: 'app-1', sample: { atMs: nowMs } },
    { deployment: 'app-2', problem: 'It does not answer.' },
  ])
})

test('follows leases that come, takes up a stream that broke off, and leaves those that ended', async () => {
  let leases = [leaseOf('1')]
  const asked: string[] = []
  const left: string[] = []
  const client = {
    deployments: async () => leases.map(deploymentOf),
    async *stats(leaseId: string, _query: object, signal?: AbortSignal) {
      asked.push(leaseId)
      yield sampleOf(nowMs, 0)
      yield sampleOf(nowMs + 1, 1)
      if (asked.length === 1) throw new Error('cut')
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      left.push(leaseId)
    },
  }
  const stop = new AbortController()
  const book = followUsage(client, 1000, stop.signal)
  await book.refresh()
  await eventually('the stream broke off', async () => book.usage()[0]?.problem === 'cut' || undefined)
  leases = [leaseOf('1'), leaseOf('2')]
  await book.refresh()
  await eventually(
    'both are followed',
    async () =>
      book.usage().every(({ before, problem }) => before !== undefined && problem === undefined) || undefined,
  )
  expect(asked).toEqual([idOf('1'), idOf('1'), idOf('2')])
  leases = [leaseOf('2')]
  await book.refresh()
  expect(book.usage().map(({ deployment }) => deployment)).toEqual(['app-2'])
  await eventually('the first is left', async () => left.includes(idOf('1')) || undefined)
  stop.abort()
  await eventually('the second is left', async () => left.includes(idOf('2')) || undefined)
})
