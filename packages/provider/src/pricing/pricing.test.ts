import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Order, type PriceList, priceAtAsk } from '@sublet/protocol'
import { createLog } from '@sublet/service'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createToolRunner } from '../inventory/run-tool.ts'
import { marketOf, orderOf } from '../testing/pricing-market.ts'
import { followMarket, type MarketPrices } from './market-prices.ts'
import { rateByRules, settleRate } from './order-rate.ts'
import { mapPrices, offeredPrices, type SomePrices } from './own-prices.ts'
import { withinLimits } from './price-limits.ts'
import { applyStandingRules } from './price-rules.ts'
import { openPricing, type PricingConfig } from './pricing.ts'

const models = ['rtx4090', 'a100', 'a100-mig-1g.10gb', '*'] as const
const amount = fc.bigInt({ min: 0n, max: 10n ** 9n })
const named = (names: readonly string[]) => fc.dictionary(fc.constantFrom(...names), amount)
const some = fc.record(
  {
    cpuPerCoreHour: amount,
    memoryPerGibHour: amount,
    endpointPerHour: amount,
    ipPerHour: amount,
    storagePerGibHour: named(['default', 'nvme']),
    gpuPerHour: named(models),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<SomePrices>
const list: fc.Arbitrary<PriceList> = fc.record({
  cpuPerCoreHour: amount,
  memoryPerGibHour: amount,
  endpointPerHour: amount,
  ipPerHour: amount,
  storagePerGibHour: fc.record({ default: amount, nvme: amount }),
  gpuPerHour: fc.record({ rtx4090: amount, a100: amount, 'a100-mig-1g.10gb': amount }),
})
const rules = fc.array(
  fc.record({
    percent: fc.integer({ min: 1, max: 10_000 }),
    models: fc.constantFrom<string[] | undefined>(undefined, ['a100*'], ['rtx4090']),
  }),
  { maxLength: 4 },
)
/** Limits of which no floor is above its ceiling: the ceiling is the floor and something. */
const limits = fc.tuple(some, some).map(([floor, more]) => ({ floor, ceiling: raised(floor, more) }))

function raised(floor: SomePrices, more: SomePrices): SomePrices {
  const sum = (a: bigint | undefined, b: bigint | undefined) => (b === undefined ? undefined : (a ?? 0n) + b)
  const sums = (a: Record<string, bigint> = {}, b: Record<string, bigint> = {}) =>
    Object.fromEntries(
      Object.entries(b)
        .filter(([name]) => name in a)
        .map(([name, value]) => [name, (a[name] ?? 0n) + value]),
    )
  return {
    cpuPerCoreHour: sum(floor.cpuPerCoreHour, more.cpuPerCoreHour),
    memoryPerGibHour: sum(floor.memoryPerGibHour, more.memoryPerGibHour),
    endpointPerHour: sum(floor.endpointPerHour, more.endpointPerHour),
    ipPerHour: sum(floor.ipPerHour, more.ipPerHour),
    storagePerGibHour: sums(floor.storagePerGibHour, more.storagePerGibHour),
    gpuPerHour: { ...(floor.gpuPerHour === undefined ? {} : sums(floor.gpuPerHour, more.gpuPerHour)) },
  }
}

test('no price leaves its floor and its ceiling, whatever rules make of it', () => {
  fc.assert(
    fc.property(list, limits, rules, (prices, within, applied) => {
      const ruled = applyStandingRules(
        prices,
        applied.map((rule) => ({ ...rule, when: { timeZone: 'UTC' } })),
        { nowMs: 0, leasedGpuPercent: 0 },
      )
      const held = withinLimits(ruled, within)
      mapPrices(held, (price, part, name) => {
        const of = (bound: SomePrices) => {
          const value = bound[part]
          return typeof value === 'bigint' || value === undefined ? value : value[name ?? '']
        }
        const [least, most] = [of(within.floor), of(within.ceiling)]
        if (least !== undefined) expect(price).toBeGreaterThanOrEqual(least)
        if (most !== undefined) expect(price).toBeLessThanOrEqual(most)
        return price
      })
      expect(withinLimits(held, within)).toEqual(held)
    }),
  )
})

const orderRules = fc.array(
  fc.record({ percent: fc.integer({ min: 1, max: 100 }) }).map(({ percent }) => ({ when: {}, percent })),
  { maxLength: 4 },
)

test('an order never pays less than the floor nor more than the list', () => {
  fc.assert(
    fc.property(
      list,
      some,
      orderRules,
      fc.integer({ min: 1, max: 4 }),
      amount,
      (prices, floor, applied, gpus, wish) => {
        const ask = marketOf(withinLimits(prices, { floor, ceiling: {} }))
        const order = orderOf(gpus)
        const listed = priceAtAsk(order, ask)?.ratePerHour
        const found = rateByRules({ order, ask, rules: applied, floor })
        if (found === undefined || listed === undefined) throw new Error('the order fits')
        expect(found.floorRatePerHour).toBeLessThanOrEqual(listed)
        for (const rate of [found.rate, settleRate(listed, found.floorRatePerHour, { ratePerHour: wish })]) {
          expect(rate.listRatePerHour).toBe(listed)
          if ('decline' in rate) expect(rate.leastRatePerHour).toBeGreaterThan(listed)
          else {
            expect(rate.ratePerHour).toBeGreaterThanOrEqual(found.floorRatePerHour)
            expect(rate.ratePerHour).toBeLessThanOrEqual(listed)
          }
        }
      },
    ),
  )
})

test('following the market takes bounded steps, never past what is rented, and arrives', () => {
  fc.assert(
    fc.property(amount, amount, fc.integer({ min: 1, max: 5000 }), (start, target, stepBps) => {
      const market: MarketPrices = { gpuPerHour: { rtx4090: { asked: 1n, rented: target, sellers: 3 } } }
      const at = (price: bigint): PriceList => ({
        ...base,
        gpuPerHour: { rtx4090: price, a100: 7n },
      })
      const next = followMarket(at(start), market, stepBps)
      const moved = next.gpuPerHour.rtx4090 ?? 0n
      const most = (start * BigInt(stepBps)) / 10_000n
      const way = moved > start ? moved - start : start - moved
      expect(way <= (most > 0n ? most : 1n)).toBe(true)
      expect(start <= target ? moved >= start && moved <= target : moved <= start && moved >= target).toBe(
        true,
      )
      expect(moved === start).toBe(start === target)
      // What nobody rents elsewhere stays, and so does everything else.
      expect(next).toEqual({ ...at(start), gpuPerHour: { rtx4090: moved, a100: 7n } })
    }),
  )
})

const base: PriceList = {
  cpuPerCoreHour: 10_000n,
  memoryPerGibHour: 2_000n,
  endpointPerHour: 100n,
  ipPerHour: 5_000n,
  storagePerGibHour: { default: 40n },
  gpuPerHour: { rtx4090: 350_000n, a100: 1_100_000n, '*': 150_000n },
}

test('a slice without a price of its own costs its share of its card', () => {
  const device = (model: string) => ({ id: model, vendor: 'nvidia' as const, model, memoryBytes: 1 })
  const { gpuPerHour } = offeredPrices(
    base,
    ['a100', 'a100-mig-3g.40gb', 'a100-mig-1c.3g.40gb', 'gtx1080'].map(device),
  )
  expect(gpuPerHour).toEqual({
    a100: 1_100_000n,
    // Three sevenths, rounded up.
    'a100-mig-3g.40gb': 471_429n,
    'a100-mig-1c.3g.40gb': 471_429n,
    gtx1080: 150_000n,
  })
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sublet-pricing-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const config: PricingConfig = {
  prices: {},
  floorPrices: {},
  ceilingPrices: {},
  // Nothing here is about how fast a program starts.
  pricingProgramTimeoutMs: 60_000,
  followMarketStepPercent: 10,
}
const open = (more: Partial<PricingConfig>) =>
  openPricing({
    config: { ...config, ...more },
    defaults: base,
    run: createToolRunner(),
    // Saturday, 2026-08-22, 23:30 in Berlin.
    now: () => Date.UTC(2026, 7, 22, 21, 30),
    log: createLog({ name: 'test', level: 'silent' }),
  })
const file = async (name: string, text: string) => {
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o755 })
  return path
}
const device = { id: 'GPU-1', vendor: 'nvidia', model: 'rtx4090', memoryBytes: 24 * 1024 ** 3 } as const
const stock = { devices: [device], free: [device] }

test('puts own prices, the rule file’s, standing rules and limits together', async () => {
  const pricingRules = await file(
    'rules.yaml',
    `prices:
  gpu: { rtx4090: 0.40 }
floor:
  gpu: { rtx4090: 0.35 }
standing:
  - name: weekend nights
    when: { days: [sat, sun], hours: 22-06, timeZone: Europe/Berlin }
    models: [rtx40*]
    percent: 80
  - name: full
    when: { leasedGpuPercent: { atLeast: 100 } }
    percent: 150
`,
  )
  const pricing = await open({ pricingRules, prices: { cpuPerCoreHour: 20_000n } })
  const { cpuPerCoreHour, gpuPerHour } = pricing.list(stock)
  // 0.40 less a fifth would be 0.32; the floor holds it.
  expect([cpuPerCoreHour, gpuPerHour.rtx4090]).toEqual([20_000n, 350_000n])
  const full = pricing.list({ devices: [device], free: [] })
  expect([full.cpuPerCoreHour, full.gpuPerHour.rtx4090]).toEqual([30_000n, 480_000n])
  expect(pricing).not.toHaveProperty('rateOf')
})

test('rules for orders discount some and decline others', async () => {
  const pricingRules = await file(
    'orders.yaml',
    `orders:
  - when: { gpus: { atLeast: 2 } }
    percent: 90
  - when: { models: [rtx4090], hours: { atMost: 1 } }
    decline: No jobs of an hour or less.
`,
  )
  const { rateOf } = await open({ pricingRules })
  const ask = marketOf(base)
  const rate = async (order: Order) => rateOf?.(order, ask)
  const listed = (gpus: number) => priceAtAsk(orderOf(gpus), ask)?.ratePerHour ?? 0n
  expect(await rate(orderOf(1))).toEqual({ listRatePerHour: listed(1), ratePerHour: listed(1) })
  expect(await rate(orderOf(2))).toEqual({
    listRatePerHour: listed(2),
    ratePerHour: (listed(2) * 90n + 99n) / 100n,
  })
  expect(await rate({ ...orderOf(1), maxDuration: 3600 })).toMatchObject({
    decline: 'No jobs of an hour or less.',
  })
})

const script = (body: string) => `#!${process.execPath}
let text = ''
process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => {
  const { order, ratePerHour, floorRatePerHour, gpuModels } = JSON.parse(text)
  ${body}
})
`

test('an external program is asked, and its bad answers cost nothing but a line in the log', async () => {
  const ask = marketOf(base)
  const listRatePerHour = priceAtAsk(orderOf(1), ask)?.ratePerHour ?? 0n
  const answerTo = async (name: string, body: string, more: Partial<PricingConfig> = {}) => {
    const { rateOf } = await open({ pricingProgram: await file(name, script(body)), ...more })
    return rateOf?.(orderOf(1), ask)
  }
  const say = (value: string) => `console.log(JSON.stringify(${value}))`
  const half = 'String(BigInt(ratePerHour) / 2n)'
  expect(await answerTo('half.mjs', say(`{ ratePerHour: ${half} }`))).toEqual({
    listRatePerHour,
    ratePerHour: listRatePerHour / 2n,
  })
  const floorPrices = { gpuPerHour: { rtx4090: 300_000n } }
  const floored = await answerTo('floored.mjs', say('{ ratePerHour: 1 }'), { floorPrices })
  expect(floored).toEqual({ listRatePerHour, ratePerHour: 300_000n })
  expect(await answerTo('more.mjs', say('{ ratePerHour: String(BigInt(ratePerHour) + 1n) }'))).toMatchObject({
    leastRatePerHour: listRatePerHour + 1n,
  })
  expect(
    await answerTo('no.mjs', say('{ decline: gpuModels[0] + " for " + order.tenant.length }')),
  ).toMatchObject({
    decline: 'rtx4090 for 42',
  })
  const fallback = { listRatePerHour, ratePerHour: listRatePerHour }
  for (const [name, body] of [
    ['garbage.mjs', 'console.log("0.35 dollars")'],
    ['negative.mjs', say('{ ratePerHour: -1 }')],
    ['fraction.mjs', say('{ ratePerHour: 0.5 }')],
    ['crash.mjs', 'process.exit(3)'],
    ['silent.mjs', ''],
  ] as const) {
    expect([name, await answerTo(name, body)]).toEqual([name, fallback])
  }
  expect(await answerTo('hangs.mjs', 'setInterval(() => {}, 1000)', { pricingProgramTimeoutMs: 50 })).toEqual(
    fallback,
  )
  const gone = await file('gone.mjs', script(''))
  const { rateOf } = await open({ pricingProgram: gone })
  await rm(gone)
  expect(await rateOf?.(orderOf(1), ask)).toEqual(fallback)
  await expect(open({ pricingProgram: gone })).rejects.toMatchObject({ code: 'config.invalid' })
})

test('follows the market step by step, from the wildcard’s price too, and stops at the ceiling', async () => {
  const pricing = await open({ ceilingPrices: { gpuPerHour: { rtx4090: 400_000n } } })
  const rented = (value: bigint) => ({ asked: value, rented: value, sellers: 5 })
  const market = { gpuPerHour: { rtx4090: rented(10n ** 7n), gtx1080: rented(100_000n) } }
  const prices: (bigint | undefined)[] = []
  for (let step = 0; step < 3; step++) {
    pricing.follow(market)
    prices.push(pricing.list(stock).gpuPerHour.rtx4090)
  }
  expect(prices).toEqual([385_000n, 400_000n, 400_000n])
  const old = { ...device, model: 'gtx1080' }
  expect(pricing.list({ devices: [old], free: [] }).gpuPerHour.gtx1080).toBe(109_350n)
})

test('refuses a floor above its ceiling', async () => {
  const crossed = open({
    floorPrices: { gpuPerHour: { '*': 5n }, cpuPerCoreHour: 2n },
    ceilingPrices: { gpuPerHour: { '*': 4n }, cpuPerCoreHour: 3n },
  })
  await expect(crossed).rejects.toThrow('gpuPerHour of *')
})
