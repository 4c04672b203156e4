import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Ask, Inventory } from '../ask/ask.ts'
import type { Exclusion } from '../bid/bid.ts'
import type { Order } from '../order/order.ts'
import { priceAtAsk } from '../price/price-at-ask.ts'
import { sampleAddress, sampleAsk, sampleGpuUnit, sampleOrder, sampleUnit } from '../testing/sample-market.ts'
import { gibibyte } from '../units/units.ts'
import { choose, quoteFor } from './choose.ts'
import { explainNoMatch, lowestMatchingRate } from './explain-no-match.ts'
import { type Candidate, hasImages, rankCandidates } from './rank-candidates.ts'
import { screen } from './screen.ts'

const context = { nowMs: 1_000_000 }
const inventory = (changes: Partial<Inventory>): Partial<Ask> => ({
  inventory: { ...sampleAsk().inventory, ...changes },
})
const placement = (changes: Partial<Order['placement']>): Partial<Order> => ({
  placement: { ...sampleOrder().placement, ...changes },
})
const resources = (changes: object): Partial<Order> => ({
  units: [sampleUnit({ resources: { ...sampleUnit().resources, ...changes } })],
})
const nvidia = (model: string, more = {}) => ({ vendor: 'nvidia', model, ...more })

test('passes what fits, at its price', () => {
  expect(screen(sampleOrder(), sampleAsk(), context)).toEqual({ ok: true, ratePerHour: 12_100n })
  expect(screen(sampleOrder({ maxRatePerHour: 12_100n }), sampleAsk(), context).ok).toBe(true)
})

const cases: [Exclusion['reason'], Partial<Order>, Partial<Ask>, RegExp][] = [
  ['excluded', { exclude: [sampleAddress(0xa1)] }, {}, /asks not to use/],
  ['expired', {}, { expiresAtMs: 940_000 }, /expired 1 min ago/],
  ['token', { token: sampleAddress(1) }, {}, /was offered, .* is asked here/],
  ['token', { chainId: 1 }, {}, /chain 1 was offered, chain 31337/],
  ['tenant', {}, { tenants: [sampleAddress(1)] }, /only tenants it names/],
  ['maintenance', {}, { draining: true }, /takes no new leases/],
  ['region', placement({ regions: ['us', 'asia'] }), {}, /us or asia was asked, the provider is in eu-west/],
  ['attribute', placement({ attributes: [{ key: 'tier', value: 'datacenter' }] }), {}, /states community/],
  ['attribute', placement({ attributes: [{ key: 'toString', value: 'x' }] }), {}, /does not state it/],
  ['auditor', placement({ auditors: { anyOf: [], allOf: [sampleAddress(2)] } }), {}, /did not audit/],
  ['auditor', placement({ auditors: { anyOf: [sampleAddress(2)], allOf: [] } }), {}, /none of them audited/],
  [
    'gpu-model',
    { units: [sampleGpuUnit({ count: 1, anyOf: [nvidia('h100')] })] },
    {},
    /h100 was asked for web, there is rtx4090/,
  ],
  [
    'gpu-model',
    { units: [sampleGpuUnit({ count: 1, anyOf: [] })] },
    inventory({ gpus: [] }),
    /Any GPU was asked for web, there is no GPU here/,
  ],
  [
    'gpu-memory',
    { units: [sampleGpuUnit({ count: 1, anyOf: [nvidia('rtx4090')], minMemoryBytes: 48 * gibibyte })] },
    {},
    /at least 48 GiB was asked for web, the cards here have 24 GiB/,
  ],
  [
    'gpu-memory',
    { units: [sampleGpuUnit({ count: 1, anyOf: [nvidia('rtx4090', { memoryBytes: 48 * gibibyte })] })] },
    {},
    /rtx4090 with 48 GiB/,
  ],
  [
    'gpu-count',
    { units: [sampleGpuUnit({ count: 1, anyOf: [nvidia('rtx4090')] }, 3)] },
    {},
    /3 × rtx4090 was asked, 2 × rtx4090 is free/,
  ],
  ['cpu-arch', resources({ cpuArch: 'arm64' }), {}, /arm64 CPU was asked, this one is amd64/],
  ['cpu', resources({ cpuMillis: 17_000 }), {}, /17 cores were asked, 16 cores are free/],
  ['memory', resources({ memoryBytes: 65 * gibibyte }), {}, /65 GiB of memory were asked, 64 GiB are free/],
  [
    'memory',
    resources({
      memoryBytes: 60 * gibibyte,
      volumes: [{ name: 'v', sizeBytes: 5 * gibibyte, class: 'ram', persistent: false }],
    }),
    {},
    /65 GiB/,
  ],
  [
    'storage-class',
    resources({ volumes: [{ name: 'v', sizeBytes: 1, class: 'nvme', persistent: true }] }),
    {},
    /class nvme was asked, there is default and ssd/,
  ],
  [
    'storage',
    resources({ storageBytes: 501 * gibibyte }),
    {},
    /501 GiB of default storage were asked, 500 GiB are free/,
  ],
  ['ip', { ips: 2 }, {}, /2 IP addresses were asked, 1 are free/],
  ['latency', placement({ maxLatencyMs: 20 }), {}, /at most 20 ms was asked, it is not known/],
  ['rate', { maxRatePerHour: 12_099n }, {}, /^At most .*12099.* was offered.*121/],
]

test.each(cases)('leaves out for %s, in words (%#)', (reason, order, ask, message) => {
  const result = screen(sampleOrder(order), sampleAsk(ask), context)
  expect(result).toMatchObject({ ok: false, exclusion: { provider: sampleAddress(0xa1), reason } })
  if (!result.ok) expect(result.exclusion.message).toMatch(message)
})

test('latency, auditors, regions and the names of processors are met where they are', () => {
  const near = sampleOrder(placement({ maxLatencyMs: 20, regions: ['eu'] }))
  expect(screen(near, sampleAsk(), { ...context, latencyMs: 20 }).ok).toBe(true)
  expect(screen(near, sampleAsk(), { ...context, latencyMs: 21 })).toMatchObject({
    exclusion: { reason: 'latency' },
  })
  const audited = sampleOrder(
    placement({ auditors: { anyOf: [sampleAddress(1), sampleAddress(2)], allOf: [sampleAddress(3)] } }),
  )
  expect(
    screen(audited, sampleAsk(), { ...context, auditedBy: [sampleAddress(2), sampleAddress(3)] }).ok,
  ).toBe(true)
  expect(screen(sampleOrder(resources({ cpuArch: 'x86_64' })), sampleAsk(), context).ok).toBe(true)
  expect(
    screen(
      sampleOrder(placement({ attributes: [{ key: 'region', value: 'eu-west' }] })),
      sampleAsk(),
      context,
    ).ok,
  ).toBe(true)
})

test('a storage class or GPU without a price is not sold', () => {
  const { prices } = sampleAsk()
  const noDefault = sampleAsk({ prices: { ...prices, storagePerGibHour: { ssd: 1n } } })
  expect(screen(sampleOrder(), noDefault, context)).toMatchObject({ exclusion: { reason: 'storage-class' } })
  const noGpu = sampleAsk({ prices: { ...prices, gpuPerHour: { h100: 1n } } })
  const order = sampleOrder({ units: [sampleGpuUnit({ count: 1, anyOf: [] })] })
  expect(screen(order, noGpu, context)).toMatchObject({ exclusion: { reason: 'gpu-model' } })
})

test('the rate of a rate exclusion is the lowest that matches', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 16_000 }),
      fc.bigInt({ min: 0n, max: 10n ** 9n }),
      (cpuMillis, cpuPerCoreHour) => {
        const ask = sampleAsk({ prices: { ...sampleAsk().prices, cpuPerCoreHour } })
        const order = sampleOrder({ ...resources({ cpuMillis }), maxRatePerHour: 0n })
        const result = screen(order, ask, context)
        if (result.ok || result.exclusion.ratePerHour === undefined) throw new Error('not a rate exclusion')
        const rate = result.exclusion.ratePerHour
        expect(screen({ ...order, maxRatePerHour: rate }, ask, context)).toEqual({
          ok: true,
          ratePerHour: rate,
        })
        expect(screen({ ...order, maxRatePerHour: rate - 1n }, ask, context).ok).toBe(false)
      },
    ),
  )
})

test('a candidate has everything that is asked, free', () => {
  const free = (max: number) => fc.nat(max).map((amount) => ({ total: max, free: amount }))
  fc.assert(
    fc.property(
      free(4000),
      free(8),
      free(8),
      fc.nat(3),
      fc.nat(5000),
      fc.nat(9),
      (cpuMillis, memory, storage, gpus, asked, gibs) => {
        const scale = ({ total, free: amount }: { total: number; free: number }) => ({
          total: total * gibibyte,
          free: amount * gibibyte,
        })
        const ask = sampleAsk(
          inventory({
            cpuMillis,
            memoryBytes: scale(memory),
            storageBytes: { default: scale(storage) },
            gpus: [{ vendor: 'nvidia', model: 'rtx4090', memoryBytes: gibibyte, total: 3, free: gpus }],
          }),
        )
        const order = sampleOrder(
          resources({
            cpuMillis: asked + 1,
            memoryBytes: gibs * gibibyte + 1,
            storageBytes: gibs * gibibyte,
            gpu: { count: 2, anyOf: [] },
          }),
        )
        const fits = asked + 1 <= cpuMillis.free && gibs < memory.free && gibs <= storage.free && gpus >= 2
        expect(screen(order, ask, context).ok).toBe(fits)
        if (fits) expect(priceAtAsk(order, ask)).toBeDefined()
      },
    ),
    { numRuns: 500 },
  )
})

const candidate = fc.record({
  provider: fc.nat(1000).map(sampleAddress),
  ratePerHour: fc.bigInt({ min: 0n, max: 20n }),
  hasImages: fc.boolean(),
  latencyMs: fc.option(fc.nat(300), { nil: undefined }),
})
const candidates = fc.uniqueArray(candidate, { selector: ({ provider }) => provider, maxLength: 8 })
const policy = (choose: Order['policy']['choose'], auction: Order['policy']['auction'] = 'first') => ({
  choose,
  auction,
  windowMs: 0,
})

test('ranking does not depend on arrival, and the cheapest comes first under cheapest', () => {
  fc.assert(
    fc.property(candidates, fc.constantFrom('cheapest', 'fastest', 'balanced', 'person'), (all, how) => {
      const ranked = rankCandidates<Candidate>(policy(how), all)
      expect(rankCandidates<Candidate>(policy(how), [...all].reverse())).toEqual(ranked)
      expect(new Set(ranked)).toEqual(new Set(all))
      if (how === 'cheapest') {
        for (const [index, { ratePerHour }] of ranked.entries()) {
          expect(ratePerHour).toBeGreaterThanOrEqual(ranked[index - 1]?.ratePerHour ?? 0n)
        }
      }
      if (how === 'fastest') {
        const firstCold = ranked.findIndex((it) => !it.hasImages)
        if (firstCold >= 0) expect(ranked.slice(firstCold).some((it) => it.hasImages)).toBe(false)
      }
    }),
  )
})

test('finds an image on a disk however the order and the engine write it', () => {
  const order = (image: string) => ({ units: [sampleUnit({ image })] })
  expect(hasImages(order('nginx'), { images: ['nginx:latest'] })).toBe(true)
  expect(hasImages(order('docker.io/library/nginx:1'), { images: ['nginx:1'] })).toBe(true)
  expect(hasImages(order('vllm/vllm:1'), { images: ['docker.io/vllm/vllm:1'] })).toBe(true)
  expect(hasImages(order('nginx:1'), { images: ['nginx:2', 'ghcr.io/nginx:1'] })).toBe(false)
})

test('balanced takes the dearer one only where it is enough sooner', () => {
  const warm = { provider: sampleAddress(1), ratePerHour: 1020n, hasImages: true, latencyMs: 10 }
  const cold = { provider: sampleAddress(2), ratePerHour: 1000n, hasImages: false, latencyMs: 10 }
  expect(rankCandidates(policy('balanced'), [cold, warm])[0]).toBe(warm)
  expect(rankCandidates(policy('balanced'), [cold, { ...warm, ratePerHour: 1030n }])[0]).toBe(cold)
})

test('in a second price auction each quotes the runner-up behind it, never less than its own', () => {
  fc.assert(
    fc.property(candidates, fc.constantFrom('cheapest', 'fastest', 'balanced'), (all, how) => {
      const rates = rankCandidates<Candidate>(policy(how), all).map(({ ratePerHour }) => ratePerHour)
      for (const [index, rate] of rates.entries()) {
        expect(quoteFor(policy(how), rates, index)).toBe(rate)
        const quote = quoteFor(policy(how, 'second'), rates, index)
        expect(quote).toBeGreaterThanOrEqual(rate)
        const behind = rates.slice(index + 1).sort((a, b) => (a < b ? -1 : 1))
        expect(quote).toBe(behind[0] !== undefined && behind[0] > rate ? behind[0] : rate)
      }
    }),
  )
})

test('the winner of a second price auction cannot gain by asking more or less than its cost', () => {
  const pays = (own: bigint, others: bigint[]) => {
    const rates = [own, ...others].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return rates[0] === own && !others.includes(own)
      ? quoteFor(policy('cheapest', 'second'), rates, 0)
      : undefined
  }
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 20n }),
      fc.bigInt({ min: 0n, max: 20n }),
      fc.array(fc.bigInt({ min: 0n, max: 20n }), { minLength: 1, maxLength: 4 }),
      (cost, lie, others) => {
        const gain = (ask: bigint) => (pays(ask, others) ?? cost) - cost
        expect(gain(cost)).toBeGreaterThanOrEqual(gain(lie))
      },
    ),
  )
})

test('explains no match by its reasons, with the rate that would do', () => {
  const exclusion = (reason: Exclusion['reason'], ratePerHour?: bigint): Exclusion => ({
    provider: sampleAddress(1),
    reason,
    message: `because of ${reason}`,
    ...(ratePerHour === undefined ? {} : { ratePerHour }),
  })
  const all = [exclusion('rate', 30n), exclusion('region'), exclusion('rate', 20n)]
  expect(explainNoMatch(all)).toEqual({
    message: expect.stringMatching(
      /^All 3 providers were left out: 2 for rate \(because of rate\); 1 for region \(because of region\)\. The lowest rate that would have matched is .*2/,
    ),
    groups: [
      { reason: 'rate', providers: 2, example: 'because of rate' },
      { reason: 'region', providers: 1, example: 'because of region' },
    ],
    lowestMatchingRate: 20n,
  })
  expect(
    explainNoMatch([{ ...exclusion('cpu'), message: '2 cores were asked, 1 core is free.' }]).message,
  ).toBe('The one provider was left out: 2 cores were asked, 1 core is free.')
  expect(explainNoMatch([])).toEqual({ message: 'No provider is on offer.', groups: [] })
  expect(lowestMatchingRate([exclusion('region')])).toBeUndefined()
})

test('chooses the lowest rate, of equal ones the first that came, and leaves a person the choice', () => {
  const bid = (number: number, ratePerHour: bigint) =>
    ({ provider: sampleAddress(number), agreement: { ratePerHour } }) as never
  const bids = [bid(1, 5n), bid(2, 3n), bid(3, 3n)]
  expect(choose(policy('cheapest'), bids)).toBe(bids[1])
  expect(choose(policy('fastest'), bids)).toBe(bids[0])
  expect(choose(policy('person'), bids)).toBeUndefined()
  expect(choose(policy('cheapest'), [])).toBeUndefined()
})

test('knows whether every image is on disk', () => {
  expect(hasImages(sampleOrder(), sampleAsk({ images: ['nginx:1.27', 'redis'] }))).toBe(true)
  expect(hasImages(sampleOrder(), sampleAsk())).toBe(false)
})
