import { join } from 'node:path'
import { startAnvil } from '@sublet/contracts/node'
import type { Address, Deployment } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { eventually, freeBasePort, temporaryDir, type UpProcess } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { askEndpoint } from './src/ask-endpoint.ts'
import { type ChainBooks, readChainBooks } from './src/chain-books.ts'
import { planKills } from './src/kill-plan.ts'
import { deployHello, deploymentsOf, killableNetwork } from './src/killable-network.ts'
import { dockerInstances, hostInstances, type LeaseInstances, processesOf } from './src/lease-instances.ts'
import { seeded } from './src/random.ts'

const seed = Number(process.env.SUBLET_TEST_SEED ?? 1)
const timeoutMs = (rounds: number) => 120_000 + rounds * 30_000

describeWith('docker')('kill -9 of the whole network, with Docker', () => {
  const rounds = Number(process.env.SUBLET_KILL_ROUNDS ?? 20)
  test(
    `${rounds} times while it starts, is up or stops: nothing is lost, paid twice, restarted or left behind`,
    {
      timeout: timeoutMs(rounds),
    },
    () => killAgainAndAgain({ rounds, env: {}, instancesOf: ({ provider }) => dockerInstances(provider) }),
  )
})

const hostRounds = Number(process.env.SUBLET_KILL_ROUNDS ?? 4)
test(
  `kill -9 of the whole network without Docker, ${hostRounds} times: the same`,
  {
    timeout: timeoutMs(hostRounds),
  },
  () =>
    killAgainAndAgain({
      rounds: hostRounds,
      env: { SUBLET_DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      instancesOf: ({ dataDir }) => hostInstances(dataDir),
    }),
)

interface Scene {
  rounds: number
  env: Record<string, string>
  instancesOf(of: { provider: Address; dataDir: string }): LeaseInstances
}

async function killAgainAndAgain({ rounds, env, instancesOf }: Scene): Promise<void> {
  process.stdout.write(`kill test with SUBLET_TEST_SEED=${seed}\n`)
  await using data = await temporaryDir()
  const network = killableNetwork({ dataDir: data.path, port: await freeBasePort(), env })
  await using _last = { [Symbol.asyncDispose]: () => network.end() }
  const plan = planKills(seeded(seed), rounds)
  const [first, ...rest] = plan
  if (first !== undefined) await network.killAt(first)

  const wallets = await walletsOf(await network.comeUp())
  const instances = instancesOf({ provider: wallets.provider, dataDir: data.path })
  const books = (rpcUrl: string) => readChainBooks(rpcUrl, { dataDir: data.path, ...wallets })
  const atFirst = await books((await network.comeUp()).report.rpcUrl)
  expect(atFirst.tenantHas).toBe(1_000_000_000n)

  /** What each lease ran as when it was first seen. */
  const seen = new Map<string, string>()
  let kept: Deployment | undefined
  let stopped = false
  for (const [index, kill] of rest.entries()) {
    const round = `round ${index + 1}, ${kill.moment} at ${kill.share.toFixed(3)}`
    if (kill.moment !== 'starting') {
      kept = await keptAlive(await network.comeUp(), kept, { mayHaveClosed: stopped, round })
      stopped = false
      for (const [leaseId, instance] of await instances.running()) {
        expect(instance, `before ${round}: what runs was adopted, not restarted`).toBe(
          seen.get(leaseId) ?? instance,
        )
        seen.set(leaseId, instance)
      }
      expect(seen.get(leaseOf(kept)), `before ${round}: the kept lease runs`).toBeDefined()
    }
    await network.killAt(kill)
    stopped ||= kill.moment === 'stopping'
  }

  const up = await network.comeUp()
  // What was under way at a kill comes to an end of its own: running or ended, never between.
  const settled = await eventually(
    'every deployment has settled',
    async () => {
      const deployments = await deploymentsOf(up)
      const isSettled = ({ phase }: Deployment) => ['running', 'closed', 'failed'].includes(phase)
      return deployments.every(isSettled) ? deployments : undefined
    },
    90_000,
  )
  const live = settled.filter(({ phase }) => phase === 'running').map(leaseOf)
  expect(new Set(live).size).toBe(live.length)
  if (!stopped && kept !== undefined) expect(live).toContain(leaseOf(kept))

  // Every instance belongs to a live lease, every live lease has its instance, and the chain knows exactly those as open.
  await eventually('instances and leases agree', async () => {
    const running = [...(await instances.running()).keys()]
    return same(running, live) && same(await instances.present(), live) ? true : undefined
  })
  const before = await eventually('chain and leases agree', async () => {
    const now = await books(up.report.rpcUrl)
    return same(openIn(now), live) ? now : undefined
  })
  expectNothingTwice(before)

  expect(await up.stop()).toBe(0)
  expect(await instances.present()).toEqual([])
  expect(await instances.leftOver()).toEqual([])
  expect(await processesOf(data.path)).toEqual([])

  // What was written to the disk last, read by a chain of our own.
  const chain = await startAnvil({ statePath: join(data.path, 'chain', 'anvil-state.json') })
  try {
    const after = await books(chain.rpcUrl)
    expectNothingTwice(after)
    expect(openIn(after)).toEqual([])
    expect(after.leases.length).toBe(before.leases.length)
    const paid = after.leases.reduce((sum, lease) => sum + lease.paid, 0n)
    expect(after.tenantHas, 'the tenant lost what leases paid, and nothing else').toBe(
      atFirst.tenantHas - paid,
    )
  } finally {
    await chain.stop()
  }
}

/** The lease that must live through every kill but one of a stop, which may have closed it: then there is a new one. */
async function keptAlive(
  up: UpProcess,
  kept: Deployment | undefined,
  { mayHaveClosed, round }: { mayHaveClosed: boolean; round: string },
): Promise<Deployment> {
  if (kept === undefined) return deployHello(up)
  const { id } = kept
  const now = await eventually(`before ${round}: the kept deployment is settled`, async () => {
    const found = (await deploymentsOf(up)).find((one) => one.id === id)
    if (found === undefined) throw new Error('it is gone')
    return ['running', 'closed', 'failed'].includes(found.phase) ? found : undefined
  })
  if (now.phase === 'closed' && mayHaveClosed) return deployHello(up)
  expect(now.phase, `before ${round}: ${now.message}`).toBe('running')
  if (!mayHaveClosed) expect(leaseOf(now), `before ${round}: the same lease`).toBe(leaseOf(kept))
  const url = now.groups[0]?.lease?.endpoints[0]?.url ?? ''
  const answer = await eventually(`before ${round}: the kept lease answers`, () => askEndpoint(url))
  expect(answer.status).toBe(200)
  return now
}

async function walletsOf(up: UpProcess): Promise<{ provider: Address; tenant: Address }> {
  const { wallets } = (await up.run(['wallet', 'show', '--json'])).json<{
    wallets: { name: string; address: string }[]
  }>()
  const addressOf = (name: string) =>
    wallets.find((wallet) => wallet.name === name)?.address.toLowerCase() as Address
  return { provider: addressOf('provider'), tenant: addressOf('tenant') }
}

function expectNothingTwice({ leases }: ChainBooks): void {
  for (const { leaseId, opened, closed, paid, mostOwed } of leases) {
    expect(opened, `${leaseId} opened`).toBe(1)
    expect(closed, `${leaseId} closed`).toBeLessThanOrEqual(1)
    if (mostOwed !== undefined) expect(paid <= mostOwed, `${leaseId}: ${paid} of ${mostOwed}`).toBe(true)
  }
}

const openIn = ({ leases }: ChainBooks) =>
  leases.filter(({ closed }) => closed === 0).map(({ leaseId }) => leaseId)
const leaseOf = (deployment: Deployment): string => deployment.groups[0]?.leaseId ?? ''
const same = (some: readonly string[], others: readonly string[]) =>
  JSON.stringify(some.toSorted()) === JSON.stringify(others.toSorted())
