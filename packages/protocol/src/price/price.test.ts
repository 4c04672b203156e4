import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GpuStock } from '../ask/ask.ts'
import type { OrderUnit } from '../order/order.ts'
import { sampleAsk, sampleGpuUnit, sampleOrder, sampleUnit } from '../testing/sample-market.ts'
import { gibibyte } from '../units/units.ts'
import { assignGpus } from './assign-gpus.ts'
import { gpuPrice, isGpuServing } from './gpu-serves.ts'
import { priceAtAsk } from './price-at-ask.ts'
import { priceOrder } from './price-order.ts'

const { prices } = sampleAsk()

test('adds up what is asked', () => {
  expect(priceOrder(sampleOrder(), prices)).toBe(12_100n)
  const unit = sampleUnit({
    count: 3,
    endpoints: 2,
    resources: {
      cpuMillis: 500,
      memoryBytes: gibibyte,
      storageBytes: 0,
      volumes: [
        { name: 'data', sizeBytes: 10 * gibibyte, class: 'ssd', persistent: true },
        { name: 'scratch', sizeBytes: gibibyte, class: 'ram', persistent: false },
      ],
    },
  })
  // 3 × (5,000 + 2 GiB × 2,000 + 10 GiB × 200 + 2 × 500) + 1,000
  expect(priceOrder(sampleOrder({ units: [unit], ips: 1 }), prices)).toBe(37_000n)
})

test('rounds up once, at the end', () => {
  const tiny = sampleUnit({ resources: { cpuMillis: 1, memoryBytes: 1, storageBytes: 1, volumes: [] } })
  const dear = { ...prices, cpuPerCoreHour: 1n, memoryPerGibHour: 1n, storagePerGibHour: { default: 1n } }
  expect(priceOrder(sampleOrder({ units: [tiny, tiny, tiny] }), dear)).toBe(1n)
})

const unitArbitrary: fc.Arbitrary<OrderUnit> = fc
  .record({
    count: fc.integer({ min: 1, max: 5 }),
    cpuMillis: fc.integer({ min: 1, max: 64_000 }),
    memoryBytes: fc.integer({ min: 1, max: 1024 * gibibyte }),
    storageBytes: fc.integer({ min: 0, max: 1024 * gibibyte }),
    endpoints: fc.nat(3),
  })
  .map(({ count, endpoints, ...resources }) =>
    sampleUnit({ count, endpoints, resources: { ...resources, volumes: [] } }),
  )
const amount = fc.bigInt({ min: 0n, max: 10n ** 12n })

test('does not depend on the order of the units, nor on how replicas are split into units', () => {
  fc.assert(
    fc.property(fc.array(unitArbitrary, { minLength: 1, maxLength: 5 }), (units) => {
      const whole = priceOrder(sampleOrder({ units }), prices)
      expect(priceOrder(sampleOrder({ units: [...units].reverse() }), prices)).toBe(whole)
      const split = units.flatMap((unit) => Array.from({ length: unit.count }, () => ({ ...unit, count: 1 })))
      expect(priceOrder(sampleOrder({ units: split }), prices)).toBe(whole)
    }),
  )
})

test('never falls when a price rises, and is within one of the real number', () => {
  fc.assert(
    fc.property(unitArbitrary, amount, amount, amount, (unit, cpu, memory, more) => {
      const order = sampleOrder({ units: [unit] })
      const list = { ...prices, cpuPerCoreHour: cpu, memoryPerGibHour: memory }
      const rate = priceOrder(order, list)
      expect(priceOrder(order, { ...list, cpuPerCoreHour: cpu + more })).toBeGreaterThanOrEqual(rate)
      expect(priceOrder(order, { ...list, memoryPerGibHour: memory + more })).toBeGreaterThanOrEqual(rate)
      const scale = 1000n * BigInt(gibibyte)
      const { cpuMillis, memoryBytes, storageBytes } = unit.resources
      const exact =
        BigInt(unit.count) *
        (BigInt(cpuMillis) * cpu * BigInt(gibibyte) +
          (BigInt(memoryBytes) * memory + BigInt(storageBytes) * 100n) * 1000n +
          BigInt(unit.endpoints) * 500n * scale)
      expect(rate * scale).toBeGreaterThanOrEqual(exact)
      expect((rate - 1n) * scale).toBeLessThan(exact === 0n ? 1n : exact)
    }),
  )
})

const stockArbitrary: fc.Arbitrary<GpuStock> = fc.record({
  vendor: fc.constantFrom('nvidia', 'amd'),
  model: fc.constantFrom('rtx4090', 'h100', 'mi300x'),
  memoryBytes: fc.constantFrom(24 * gibibyte, 80 * gibibyte),
  total: fc.constant(8),
  free: fc.nat(8),
})
const gpuUnitArbitrary = fc
  .record({
    gpus: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 3 }),
    wishes: fc.array(
      fc.record(
        { vendor: fc.constantFrom('nvidia', 'amd'), model: fc.constantFrom('rtx4090', 'h100', 'mi300x') },
        { requiredKeys: ['vendor'] },
      ),
      { maxLength: 2 },
    ),
    minMemoryBytes: fc.constantFrom(1, 48 * gibibyte),
  })
  .map(({ gpus, count, wishes, minMemoryBytes }) =>
    sampleGpuUnit({ count: gpus, anyOf: wishes, minMemoryBytes }, count),
  )
const gpuPrices = fc.dictionary(
  fc.constantFrom('rtx4090', 'h100', 'mi300x', '*'),
  fc.bigInt({ min: 0n, max: 9n }),
)

/** Every way to give each unit one stock. */
function tryAll(
  units: readonly OrderUnit[],
  stock: readonly GpuStock[],
  list: Record<string, bigint>,
): bigint | undefined {
  const [unit, ...rest] = units
  if (unit === undefined) return 0n
  const { gpu } = unit.resources
  if (gpu === undefined) return tryAll(rest, stock, list)
  let best: bigint | undefined
  for (const [index, kind] of stock.entries()) {
    const cards = gpu.count * unit.count
    const price = gpuPrice(list, kind.model)
    if (price === undefined || !isGpuServing(kind, gpu) || kind.free < cards) continue
    const left = stock.with(index, { ...kind, free: kind.free - cards })
    const others = tryAll(rest, left, list)
    if (others === undefined) continue
    const cost = others + price * BigInt(cards)
    if (best === undefined || cost < best) best = cost
  }
  return best
}

test('finds the cheapest cards, as trying every way does, whatever the order of units and stock', () => {
  fc.assert(
    fc.property(
      fc.array(gpuUnitArbitrary, { maxLength: 4 }),
      fc.array(stockArbitrary, { maxLength: 5 }),
      gpuPrices,
      (units, stock, list) => {
        const found = assignGpus(units, stock, list)
        expect(found?.perHour).toBe(tryAll(units, stock, list))
        expect(assignGpus([...units].reverse(), [...stock].reverse(), list)?.perHour).toBe(found?.perHour)
        if (found === undefined) return
        const used = stock.map(() => 0)
        let cost = 0n
        for (const [index, unit] of units.entries()) {
          const chosen = found.stockOfUnit[index] ?? -1
          const { gpu } = unit.resources
          const kind = stock[chosen]
          if (gpu === undefined || kind === undefined) throw new Error('a unit without a card')
          expect(isGpuServing(kind, gpu)).toBe(true)
          used[chosen] = (used[chosen] ?? 0) + gpu.count * unit.count
          cost += BigInt(gpu.count * unit.count) * (gpuPrice(list, kind.model) ?? 0n)
        }
        for (const [index, kind] of stock.entries()) expect(used[index]).toBeLessThanOrEqual(kind.free)
        expect(cost).toBe(found.perHour)
      },
    ),
    { numRuns: 500 },
  )
})

test('takes the dearer card where the cheaper one is needed elsewhere', () => {
  const stock: GpuStock[] = [
    { vendor: 'nvidia', model: 'rtx3090', memoryBytes: 24 * gibibyte, total: 1, free: 1 },
    { vendor: 'nvidia', model: 'rtx4090', memoryBytes: 24 * gibibyte, total: 1, free: 1 },
  ]
  const units = [
    sampleGpuUnit({ count: 1, anyOf: [] }),
    sampleGpuUnit({ count: 1, anyOf: [{ vendor: 'nvidia', model: 'rtx3090' }] }),
  ]
  expect(assignGpus(units, stock, { rtx3090: 1n, rtx4090: 3n })).toEqual({ stockOfUnit: [1, 0], perHour: 4n })
})

test('ends on orders made to be hard', () => {
  const stock = Array.from({ length: 40 }, (_, index) => ({
    vendor: 'nvidia',
    model: `m${index}`,
    memoryBytes: gibibyte,
    total: 10,
    free: 10,
  }))
  const units = Array.from({ length: 60 }, (_, index) => sampleGpuUnit({ count: (index % 7) + 4, anyOf: [] }))
  const list = Object.fromEntries(stock.map(({ model }, index) => [model, BigInt(100 + ((index * 37) % 11))]))
  // Sixty units of four to ten cards do not fit into forty boxes of ten; what counts is that the answer comes.
  expect(assignGpus(units, stock, list)).toBeUndefined()
})

test('prices an order at an ask with the cards that it would get', () => {
  const unit = sampleGpuUnit({ count: 1, anyOf: [{ vendor: 'nvidia', model: 'rtx4090' }] }, 2)
  expect(priceAtAsk(sampleOrder({ units: [unit] }), sampleAsk())).toEqual({
    ratePerHour: 600_021n,
    gpus: { stockOfUnit: [0], perHour: 600_000n },
  })
})

test('a model that the list does not name costs what the star costs, and nothing inherited is a price', () => {
  expect(gpuPrice({ '*': 7n }, 'h100')).toBe(7n)
  expect(gpuPrice({ '*': 7n, h100: 9n }, 'h100')).toBe(9n)
  expect(gpuPrice({}, 'constructor')).toBeUndefined()
})
