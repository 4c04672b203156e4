import { type Hex, isEnded, type LeaseStatus, secondsPerHour } from '@sublet/protocol'
import { closePatienceMs, type Tenant } from '@sublet/sdk'
import { describeWith } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { type KillWorld, type Outage, startKillWorld, type VictimName } from './src/kill-world.ts'
import { seeded } from './src/random.ts'
import { type RentalKind, readNotes, rentalKinds, servicesOf } from './src/rented-kinds.ts'
import { type Rental, type RentingTenant, rentingTenant } from './src/renting-tenant.ts'
import { type ServedTime, watchServedTime } from './src/served-time.ts'

/** Half in each of the two worlds: a hundred and more by hand, a few, always the same, in every run. */
const rounds = Number(process.env.SUBLET_KILL_ROUNDS ?? 8) / 2
const seed = Number(process.env.SUBLET_TEST_SEED ?? 1)
const mostHeld = 4
const convergeMs = 90_000
/** Chain time comes in whole seconds, at the opening and at the end. */
const paidSlackSeconds = 2

const victims: VictimName[] = ['provider', 'engine', 'indexer']
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

for (const liveRestore of [false, true]) {
  describeWith(['docker', 'postgres'])(
    `kill -9 at random moments, containers ${liveRestore ? 'outlive' : 'die with'} their engine`,
    () => {
      test(`${rounds} rounds lose no lease, leave no container, and charge for nothing that was not served`, {
        timeout: 120_000 + rounds * 60_000,
      }, async () => {
        process.stdout.write(`kill rounds with SUBLET_TEST_SEED=${seed}\n`)
        const random = seeded(seed + Number(liveRestore))
        await using world = await startKillWorld({ liveRestore })
        await using served = await watchServedTime(world.engine)
        const renter = rentingTenant(world.tenant, world.account)
        const killed: Record<VictimName, number> = { provider: 0, engine: 0, indexer: 0 }
        try {
          // Every kind in its turn, so that a few rounds rent them all.
          for (let round = 0; round < rounds; round += 1) {
            const struck = drawVictims(random)
            for (const name of struck) killed[name] += 1
            const kind = rentalKinds[(round + Number(liveRestore)) % rentalKinds.length] as RentalKind
            act(renter, random, kind)
            await pause(random() * 3000)
            await Promise.all(struck.map((name) => world.victims[name].kill()))
            await pause(random() * 1500)
            await Promise.all(struck.map((name) => world.victims[name].start()))
            const struckBy = `round ${round}, ${struck.join(' and ')} killed`
            await renter.settled()
            await eventually(
              `${struckBy}: leases and containers agree`,
              () => agreed(world, renter),
              convergeMs,
            )
            // What came to nothing is rented in peace, so that the next round strikes it while it runs.
            if (renter.rentals.some((one) => one.kind === kind && isLive(one))) continue
            renter.rent(kind)
            await renter.settled()
            expect(renter.rentals.at(-1), `${struckBy}: a ${kind} can be rented again`).toMatchObject({
              state: 'held',
            })
            await eventually(`${struckBy}: the ${kind} runs`, () => agreed(world, renter), convergeMs)
          }
          await keptNotes(renter)
          for (const rental of renter.rentals) if (rental.state === 'held') renter.close(rental)
          await renter.settled()
          await eventually('everything is over', () => agreed(world, renter), convergeMs)
          expect(await containers(world)).toEqual([])
          const { overpaid, ...figures } = await account(world, renter, served)
          process.stdout.write(`${JSON.stringify({ killed, ...figures })}\n`)
          expect(served.strangers(), 'every run was seen').toEqual([])
          expect(overpaid, 'nobody pays for what was not served').toEqual([])
        } catch (error) {
          world.keepLogs()
          process.stdout.write(`what the processes said is in ${world.folder}\n`)
          throw error
        }
      })
    },
  )
}

/** Mostly one at a time; sometimes two, as when a machine goes down. */
function drawVictims(random: () => number): VictimName[] {
  const draw = () => victims[Math.floor(random() * victims.length)] as VictimName
  return [...new Set(random() < 0.2 ? [draw(), draw()] : [draw()])]
}

function act(renter: RentingTenant, random: () => number, kind: RentalKind): void {
  const held = renter.rentals.filter(({ state, kind }) => state === 'held' && kind !== 'job')
  const [first] = held
  if (first !== undefined && (held.length >= mostHeld || random() < 0.4)) renter.close(first)
  // One volume is not in two leases at a time.
  const isTaken = kind === 'volume' && renter.rentals.some((one) => one.kind === kind && isLive(one))
  if (held.length < mostHeld) renter.rent(isTaken ? 'service' : kind)
}

const isLive = ({ state }: Rental) => state === 'renting' || state === 'held' || state === 'closing'

/** Whatever was killed, the volume holds what every lease wrote to it before it was ready. */
async function keptNotes(renter: RentingTenant): Promise<void> {
  const wrote = renter.rentals.filter(({ kind, lease }) => kind === 'volume' && lease !== undefined)
  if (wrote.length === 0) return
  let reader = wrote.find(({ state }) => state === 'held')
  if (reader === undefined) {
    renter.rent('volume')
    await renter.settled()
    reader = renter.rentals.at(-1)
  }
  const { lease, leaseId, reason } = reader as Rental
  if (lease === undefined || leaseId === undefined) throw new Error(`the volume cannot be read: ${reason}`)
  const notes = await eventually('the volume is read', async () => {
    const session = await lease.provider.exec(leaseId, { command: readNotes })
    let said = ''
    for await (const { bytes } of session.frames) said += new TextDecoder().decode(bytes)
    return (await session.exit) === 0 ? said : undefined
  })
  expect(notes.trim().split('\n')).toEqual(
    expect.arrayContaining(wrote.map((one) => expect.stringContaining(one.leaseId ?? ''))),
  )
}

async function containers({ engine, provider }: KillWorld) {
  const found = await engine.docker.listContainers({
    all: true,
    filters: { label: [`sublet.provider=${provider}`] },
  })
  return found.map(({ Labels, State }) => ({ leaseId: Labels['sublet.lease'] as Hex, state: State }))
}

/** What the provider says to its tenant of every lease. */
async function statusesAt({ tenant, provider }: KillWorld): Promise<ReadonlyMap<Hex, LeaseStatus>> {
  const [indexer] = tenant.indexers
  if (indexer === undefined) throw new Error('no indexer')
  const client = await tenant.openProvider({ provider, relayUrl: indexer.relayUrl(provider) })
  return new Map((await client.leases()).map((status) => [status.leaseId, status]))
}

/** True when chain, provider and engine say the same of every lease, and the tenant knows it. Throws what does not fit. */
async function agreed(world: KillWorld, renter: RentingTenant): Promise<true> {
  const found = await containers(world)
  const statuses = await statusesAt(world)
  for (const rental of renter.rentals) await fits(world, rental, statuses, found)
  const live = [...statuses.values()].filter(({ phase }) => !isEnded(phase)).map(({ leaseId }) => leaseId)
  for (const { leaseId } of found) expect(live, 'no container without a lease').toContain(leaseId)
  return true
}

async function fits(
  { tenant }: KillWorld,
  rental: Rental,
  statuses: ReadonlyMap<Hex, LeaseStatus>,
  found: readonly { leaseId: Hex; state: string }[],
): Promise<void> {
  const { leaseId, state, kind } = rental
  if (leaseId === undefined) return
  const status = statuses.get(leaseId)
  const mine = found.filter((one) => one.leaseId === leaseId)
  const onChain = await tenant.chain.lease(leaseId)
  const seen = `${rental.kind} ${leaseId} ${state}, ${rental.reason ?? ''}, provider ${status?.phase}, chain ${onChain.status}`
  // What vouchers pay for is nowhere but with the provider and its tenant.
  const isOpen =
    kind === 'voucher' ? status !== undefined && !isEnded(status.phase) : onChain.status === 'open'
  if (kind === 'voucher') expect(onChain.status, seen).toBe('none')
  if (isOpen) {
    expect(state, `no open lease that its tenant does not know of: ${seen}`).toBe('held')
    expect(status?.phase, seen).toBe('active')
    const names = servicesOf(kind)
    expect(status?.services.map(({ name, ready }) => [name, ready]).sort(), seen).toEqual(
      names.map((name) => [name, 1]).sort(),
    )
    expect(
      mine.map((one) => one.state),
      `no lease without a container: ${seen}`,
    ).toEqual(names.map(() => 'running'))
    return
  }
  // Whatever is over leaves nothing, and the tenant can read why.
  expect(mine, seen).toEqual([])
  if (status !== undefined) expect(['closed', 'lapsed'], seen).toContain(status.phase)
  if (state === 'held') expect(status?.endReason, seen).toBeDefined()
  if (state === 'told') expect(onChain.status, seen).not.toBe('open')
}

/** Holds what every lease cost against the time that all its containers really ran. */
async function account(world: KillWorld, renter: RentingTenant, served: ServedTime) {
  let paidSeconds = 0
  let servedSeconds = 0
  let leases = 0
  const overpaid: string[] = []
  const ends: Record<string, number> = {}
  const statuses = await statusesAt(world)
  for (const rental of renter.rentals) {
    const { leaseId, state, reason, kind } = rental
    const end = reason ?? state
    ends[end] = (ends[end] ?? 0) + 1
    if (leaseId === undefined) continue
    const bill = kind === 'voucher' ? voucherBill(statuses.get(leaseId)) : await escrowBill(world, leaseId)
    if (bill === undefined) continue
    const ran = served.between(leaseId, servicesOf(kind), bill.openedAtMs, Number.POSITIVE_INFINITY) / 1000
    leases += 1
    paidSeconds += bill.paid
    servedSeconds += ran
    if (bill.paid > ran + bill.alone + paidSlackSeconds) {
      overpaid.push(
        JSON.stringify({ leaseId, kind, state, ran, ...bill, runs: runsOf(served, rental, bill) }),
      )
    }
  }
  return {
    overpaid,
    ends,
    leases,
    paidSeconds: Math.round(paidSeconds),
    servedSeconds: Math.round(servedSeconds),
  }
}

/** What a lease cost, in seconds of its rate. */
interface Bill {
  openedAtMs: number
  paid: number
  /** Of these, seconds that nobody but the provider could have taken off, and it was away. */
  alone: number
  chain?: unknown
}

function voucherBill(status: LeaseStatus | undefined): Bill | undefined {
  if (status?.paid === undefined || status.openedAt === undefined) return undefined
  const paid = Number(status.paid * secondsPerHour) / Number(status.ratePerHour)
  return { openedAtMs: status.openedAt * 1000, paid, alone: 0 }
}

async function escrowBill({ tenant, outages }: KillWorld, leaseId: Hex): Promise<Bill | undefined> {
  const settlement = await tenant.chain.settlement(leaseId)
  if (settlement === undefined) return undefined
  const opening = await tenant.chain.leaseOpening(leaseId)
  if (opening === undefined) throw new Error('a settlement without an opening')
  const paid = Number(settlement.paid * secondsPerHour) / Number(opening.agreement.ratePerHour)
  const { openedAtMs, closedAtMs, chain } = await storyOf(tenant, leaseId)
  const alone = settlement.reason === 'tenant' ? unansweredSeconds(closedAtMs, outages) : 0
  return { openedAtMs, paid, alone, chain }
}

/**
 * Who closes a lease without its provider, since nobody answers, pays until then: seconds since the outage began that kept
 * them apart.
 */
function unansweredSeconds(closedAtMs: number, outages: readonly Outage[]): number {
  const last = outages.findLast(({ fromMs }) => fromMs < closedAtMs)
  if (last === undefined || (last.toMs ?? closedAtMs) < closedAtMs - closePatienceMs) return 0
  return (closedAtMs - last.fromMs) / 1000
}

/** What the chain saw of a lease, in seconds since its opening, for those who ask why it was paid so. */
async function storyOf(tenant: Tenant, leaseId: Hex) {
  const [history = []] = (await tenant.chain.histories({ leaseId })).values()
  const openedAt = history[0]?.atSeconds ?? 0
  return {
    openedAtMs: openedAt * 1000,
    closedAtMs: (history.find(({ kind }) => kind === 'closed')?.atSeconds ?? 0) * 1000,
    chain: history.map((event) => ({
      at: event.atSeconds - openedAt,
      kind: event.kind,
      ...(event.kind === 'closed' ? { reason: event.reason } : {}),
      ...(event.kind === 'credited' ? { seconds: event.creditSeconds } : {}),
    })),
  }
}

/** And what was seen to run of it. */
function runsOf(served: ServedTime, { leaseId = '0x', kind }: Rental, { openedAtMs }: Bill) {
  const since = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms - openedAtMs) / 1000)
  return servicesOf(kind).map((service) =>
    served
      .runs(leaseId, service)
      .map(({ startedAtMs, endedAtMs }) => [service, since(startedAtMs), since(endedAtMs)]),
  )
}
