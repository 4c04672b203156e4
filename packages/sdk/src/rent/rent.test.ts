import { type Address, type Agreement, isSubletError, SubletError } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { type AMarket, aMarket, fastClock } from '../testing/a-market.ts'
import { aWorkload, firstGroup } from '../testing/a-workload.ts'
import { createMemoryIndexer } from '../testing/memory-indexer.ts'
import { type RentParameters, rent } from './rent.ts'
import type { RentEvent, Rented } from './rent-event.ts'

let salts = 0

function parametersFor(market: AMarket, more: Partial<RentParameters> = {}): RentParameters {
  const workload = more.workload ?? aWorkload()
  return {
    workload,
    group: firstGroup(workload),
    account: market.tenant,
    chain: market.client,
    indexers: [market.indexer],
    openProvider: market.openProvider,
    maxRatePerHour: 1_000_000n,
    now: market.clock.now,
    wait: market.clock.wait,
    random: (bytes) => {
      salts += 1
      return new Uint8Array(bytes).fill(salts)
    },
    ...more,
  }
}

async function run(parameters: RentParameters): Promise<{ events: RentEvent[]; rented: Rented }> {
  const events: RentEvent[] = []
  const renting = rent(parameters)
  let step = await renting.next()
  for (; step.done !== true; step = await renting.next()) events.push(step.value)
  return { events, rented: step.value }
}

const failureOf = async (parameters: RentParameters): Promise<SubletError> => {
  const error = await run(parameters).then(
    () => undefined,
    (failure: unknown) => failure,
  )
  if (isSubletError(error)) return error
  throw error ?? new Error('it did not fail')
}

test('rents from the only provider and announces each step before it is taken', async () => {
  const market = aMarket([{}])
  const { events, rented } = await run(parametersFor(market))
  expect(rented.lease.phase).toBe('active')
  expect(market.chain.opened).toEqual([rented.lease.leaseId])
  const types = events.map(({ type }) => type)
  expect(types.slice(0, 4)).toEqual(['ordering', 'screened', 'bid', 'offering'])
  expect(types.slice(4).every((type) => type === 'status')).toBe(true)
})

test('sends nothing to a provider before the offer was taken down', async () => {
  const market = aMarket([{}])
  const renting = rent(parametersFor(market))
  for (let step = await renting.next(); step.done !== true; step = await renting.next()) {
    if (step.value.type === 'offering') break
  }
  expect(market.providers[0]?.manifests.size).toBe(0)
  expect(market.chain.opened).toEqual([])
})

test('takes the cheapest bid once all are in', async () => {
  const market = aMarket([{ ratePerHour: 300_000n }, { ratePerHour: 100_000n }, { ratePerHour: 200_000n }])
  const workload = aWorkload({ choose: 'cheapest', windowMs: 5000 })
  const { rented } = await run(parametersFor(market, { workload }))
  expect(rented.bid.provider).toBe(market.providers[1]?.address)
})

test('takes the next best bid when a start comes to nothing, and pays nothing for the first', async () => {
  const market = aMarket([{ ratePerHour: 100_000n, lapses: 'image-unavailable' }, { ratePerHour: 200_000n }])
  const workload = aWorkload({ windowMs: 5000 })
  const { events, rented } = await run(parametersFor(market, { workload }))
  expect(rented.bid.provider).toBe(market.providers[1]?.address)
  expect(events.find(({ type }) => type === 'failed')).toMatchObject({ unsure: false })
  expect(market.chain.opened).toHaveLength(1)
})

test('takes the next best bid when a provider refuses the manifest', async () => {
  const refuses = new SubletError('resources.exhausted', 'The devices are taken.')
  const market = aMarket([{ ratePerHour: 100_000n, refuses }, { ratePerHour: 200_000n }])
  const { rented } = await run(parametersFor(market, { workload: aWorkload({ windowMs: 5000 }) }))
  expect(rented.bid.provider).toBe(market.providers[1]?.address)
})

test('says why every provider was left out, and the lowest rate that would have matched', async () => {
  const market = aMarket([{ ratePerHour: 300_000n }, { ratePerHour: 200_000n }])
  const error = await failureOf(parametersFor(market, { maxRatePerHour: 1000n }))
  expect(error.code).toBe('order.no-match')
  expect(error.details?.lowestMatchingRate).toBe('200000')
  expect(error.details?.excluded).toHaveLength(2)
  expect(error.hint).toContain('the lowest that would have matched')
})

test('tells apart that nobody fits and that nobody bids', async () => {
  const market = aMarket([{ declines: 'Being serviced.' }])
  const error = await failureOf(parametersFor(market))
  expect(error.code).toBe('order.no-bids')
  expect(error.details?.excluded).toMatchObject([{ reason: 'declined', message: 'Being serviced.' }])
})

test('fails with the reason and the last log lines of the last start', async () => {
  const market = aMarket([{ lapses: 'workload-crashed' }])
  const error = await failureOf(parametersFor(market))
  expect(error.code).toBe('workload.crashed')
  expect(error.details?.lastLogLines).toEqual(['panic: no database'])
  expect(market.chain.opened).toEqual([])
})

test('goes on with the other indexers when one does not answer', async () => {
  const market = aMarket([{}])
  const dead = createMemoryIndexer({ baseUrl: 'http://dead.test', providers: [], isDown: () => true })
  const { events, rented } = await run(parametersFor(market, { indexers: [dead, market.indexer] }))
  expect(rented.lease.phase).toBe('active')
  expect(
    events.some((event) => event.type === 'indexer-failed' && event.indexer === 'http://dead.test'),
  ).toBe(true)
})

test('says that no indexer answers', async () => {
  const market = aMarket([{}])
  market.indexerDown = true
  expect((await failureOf(parametersFor(market))).code).toBe('indexer.unreachable')
})

test('turns down bids that say something else than the order', async () => {
  const tampers: ((agreement: Agreement) => Agreement)[] = [
    (agreement) => ({ ...agreement, ratePerHour: 9_999_999n }),
    (agreement) => ({ ...agreement, deposit: agreement.deposit + 1n }),
    (agreement) => ({ ...agreement, termsHash: `0x${'00'.repeat(32)}` }),
    (agreement) => ({ ...agreement, startBy: agreement.startBy + 86_400 }),
    (agreement) => ({ ...agreement, indexerFeeBps: 5000 }),
  ]
  for (const tamper of tampers) {
    const market = aMarket([{ tampers: tamper }])
    expect((await failureOf(parametersFor(market))).code).toBe('order.no-bids')
    expect(market.providers[0]?.manifests.size).toBe(0)
  }
})

test('turns down a bid that its provider did not sign', async () => {
  const market = aMarket([{}, {}])
  const [honest, other] = market.providers
  if (honest === undefined || other === undefined) throw new Error('two providers')
  const forger = {
    ...honest,
    bid: async (...of: Parameters<typeof honest.bid>) => {
      const bid = await honest.bid(...of)
      return { ...bid, providerSignature: (await other.bid(...of)).providerSignature }
    },
  }
  const indexer = createMemoryIndexer({ baseUrl: 'http://forger.test', providers: [forger] })
  expect((await failureOf(parametersFor(market, { indexers: [indexer] }))).code).toBe('order.no-bids')
})

test('waits for a person, and takes what was picked', async () => {
  const market = aMarket([{ ratePerHour: 100_000n }, { ratePerHour: 200_000n }])
  const workload = aWorkload({ choose: 'person' })
  const dearer = market.providers[1]?.address as Address
  const { events, rented } = await run(parametersFor(market, { workload, pick: async () => dearer }))
  expect(rented.bid.provider).toBe(dearer)
  expect(events.some(({ type }) => type === 'picking')).toBe(true)
})

test('says that the bids expired when nobody picks', async () => {
  const market = aMarket([{ bidLifetimeMs: 10_000 }], fastClock(50))
  const workload = aWorkload({ choose: 'person' })
  const error = await failureOf(parametersFor(market, { workload, pick: () => new Promise(() => {}) }))
  expect(error.code).toBe('bid.expired')
})

test('forbids the lease on chain when the provider falls silent with the signed agreement', async () => {
  const market = aMarket([{ holdsAt: 'pulling' }], fastClock(200))
  const events: RentEvent[] = []
  const renting = rent(parametersFor(market))
  await expect(
    (async () => {
      for (let step = await renting.next(); step.done !== true; step = await renting.next()) {
        events.push(step.value)
        const [provider] = market.providers
        if (step.value.type === 'offering' && provider !== undefined) {
          // The manifest arrives, its answer is lost.
          await provider.client.createLease(step.value.manifest)
          provider.behaviour.silent = true
        }
      }
    })(),
  ).rejects.toMatchObject({ code: 'provider.unreachable' })
  expect(events.find(({ type }) => type === 'failed')).toMatchObject({ unsure: true })
  expect(market.chain.cancelled.size).toBe(1)
  const [provider] = market.providers
  if (provider !== undefined) Object.assign(provider.behaviour, { silent: false, holdsAt: undefined })
  await provider?.advance()
  expect(market.chain.opened).toEqual([])
})

test('forbids the lease on chain when the answer to the manifest is not the provider’s', async () => {
  const altered = new SubletError('seal.invalid', 'The sealed message was altered.')
  const market = aMarket([{ refuses: altered }])
  await expect(run(parametersFor(market))).rejects.toMatchObject({ code: 'seal.invalid' })
  expect(market.chain.cancelled.size).toBe(1)
})

test('hands the manifest over again when the provider was away for a moment', async () => {
  const market = aMarket([{}], fastClock(20))
  const renting = rent(parametersFor(market))
  const [provider] = market.providers
  let step = await renting.next()
  for (; step.done !== true; step = await renting.next()) {
    if (step.value.type !== 'offering' || provider === undefined) continue
    provider.behaviour.silent = true
    void market.clock.wait(2000).then(() => {
      provider.behaviour.silent = false
    })
  }
  expect(step.value.lease.phase).toBe('active')
  expect(market.chain.opened).toHaveLength(1)
})

test('stops when it is told to', async () => {
  const market = aMarket([{ holdsAt: 'pulling' }])
  const stop = new AbortController()
  const renting = rent(parametersFor(market, { signal: stop.signal }))
  await expect(
    (async () => {
      for (let step = await renting.next(); step.done !== true; step = await renting.next()) {
        if (step.value.type === 'status') stop.abort(new Error('enough'))
      }
    })(),
  ).rejects.toThrow('enough')
})
