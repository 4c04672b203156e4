import { expect, test } from 'vitest'
import { type AMarket, aMarket, fastClock } from '../../../sdk/src/testing/a-market.ts'
import { deploymentsOn, quickSettings, webFile } from '../testing/a-controller.ts'
import { createMemoryJournal, type Disk, emptyDisk } from '../testing/memory-journal.ts'
import { aLife, type Life } from '../testing/mortal.ts'
import type { Deployments } from './deployments.ts'

/** Nothing may expire because the machine is slow: the clock runs 300 times as fast as the machine. */
const unhurried = 10 ** 9
const settings = { ...quickSettings, startWithinSeconds: unhurried / 1000, patienceMs: unhurried }

/** A controller of which everything outside goes through one life. */
function mortalDeployments(market: AMarket, disk: Disk, life: Life): Deployments {
  const chain = life.mortal(market.client)
  return deploymentsOn(
    { ...market, client: chain, indexer: life.mortal(market.indexer) },
    life.mortal(createMemoryJournal(disk)),
    {
      openProvider: async (target) => life.mortal(await market.openProvider(target)),
      settings,
      wait: (ms, signal) => (life.dead ? new Promise<never>(() => {}) : market.clock.wait(ms, signal)),
    },
  )
}

const openLeases = (market: AMarket) =>
  [...market.chain.leases.values()].filter(({ settlement }) => settlement === undefined)

async function reach(deployments: Deployments, id: string, wanted: readonly string[], signal: AbortSignal) {
  for await (const { phase } of deployments.watch(id, signal)) if (wanted.includes(phase)) return phase
  return deployments.get(id).phase
}

/** Deploys, is killed somewhere, starts again, and closes: at every moment at most one lease may be paid. */
async function runKilled(diesAt: number, when: 'before' | 'after', firstLapses: boolean): Promise<void> {
  const clock = fastClock(300)
  const market = aMarket(
    [
      {
        ratePerHour: 100_000n,
        bidLifetimeMs: unhurried,
        ...(firstLapses ? { lapses: 'image-unavailable' as const } : {}),
      },
      { ratePerHour: 200_000n, bidLifetimeMs: unhurried },
    ],
    clock,
  )
  const disk = emptyDisk()
  const life = aLife(diesAt, when)
  const first = mortalDeployments(market, disk, life)
  const done = new AbortController()
  const creating = first
    .create(webFile)
    .then(({ id }) => reach(first, id, ['running', 'failed'], done.signal))
  creating.catch(() => {})
  while (!life.dead && openLeases(market).length === 0) {
    expect(first.list().map(({ phase }) => phase)).not.toContain('failed')
    await clock.wait(5)
  }
  // Time for a step that is not reached before the lease opens; a life that ended stands still anyway.
  for (let i = 0; i < 10 && !life.dead; i++) await clock.wait(100)
  if (!life.dead) await first.stop()
  done.abort()

  const second = deploymentsOn(market, createMemoryJournal(disk), { settings })
  await second.start()
  const [recorded] = disk.deployments.values()
  if (recorded === undefined) {
    // It died before the deployment was written down: then nothing may have been rented.
    expect(market.chain.opened).toEqual([])
    await second.stop()
    return
  }
  const { id } = recorded.state
  expect(await reach(second, id, ['running', 'failed'], AbortSignal.timeout(20_000))).toBe('running')
  expect(openLeases(market)).toHaveLength(1)
  expect(market.chain.opened).toHaveLength(1)
  const closed = await second.close(id)
  expect(closed.phase).toBe('closed')
  expect(openLeases(market)).toEqual([])
  await second.stop()
}

/** A whole life takes fewer steps than this to the opened lease, a lapsed first provider included. */
const mostSteps = 45

for (const firstLapses of [false, true]) {
  for (const when of ['before', 'after'] as const) {
    const start = firstLapses ? 'after a start that came to nothing' : 'at the first provider'
    test(`rents exactly once ${start}, killed ${when} any step`, async () => {
      for (let diesAt = 1; diesAt <= mostSteps; diesAt++) await runKilled(diesAt, when, firstLapses)
    }, 60_000)
  }
}
