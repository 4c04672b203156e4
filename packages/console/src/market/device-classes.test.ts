import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { sampleAsks } from '../testing/sample-market.ts'
import { filterChoices, formatCores, visibleAsks } from './asks-view.ts'
import { deviceClasses } from './device-classes.ts'

const offers = sampleAsks(1_700_000_000_000)
const asks = offers.map(({ ask }) => ask)

test('adds up a GPU model over providers, with its lowest, middle and highest price', () => {
  const card = deviceClasses(asks).find(({ model }) => model === 'rtx4090')
  expect(card).toMatchObject({
    total: 6,
    free: 3,
    lowestPerHour: 295_000n,
    medianPerHour: 295_000n,
    highestPerHour: 340_000n,
    regions: ['ap-south', 'eu-west'],
    providers: 2,
    memoryBytes: 24 * gibibyte,
  })
})

test('prices a model that the list does not name by the price for any', () => {
  expect(deviceClasses(asks).find(({ model }) => model === 'l40s')?.lowestPerHour).toBe(790_000n)
})

test('lists the dearest GPU first and ends with cores and memory', () => {
  const keys = deviceClasses(asks).map(({ model, kind }) => model ?? kind)
  expect(keys).toEqual(['h100', 'a100', 'l40s', 'rtx4090', 'rtx3090', 'cpu', 'memory'])
})

test('nothing on offer gives no classes', () => {
  expect(deviceClasses([])).toEqual([])
})

test('the same model with other memory is another class', () => {
  const [first, second] = asks
  if (first === undefined || second === undefined) throw new Error('two asks are needed')
  const small = { vendor: 'nvidia', model: 'a100', memoryBytes: 40 * gibibyte, total: 1, free: 1 }
  const large = { ...small, memoryBytes: 80 * gibibyte }
  const pair = [
    { ...first, inventory: { ...first.inventory, gpus: [small] } },
    { ...second, inventory: { ...second.inventory, gpus: [large] } },
  ]
  expect(deviceClasses(pair).filter(({ model }) => model === 'a100')).toHaveLength(2)
})

test('filters by model, region and what is free, cheapest first', () => {
  const regions = (filter: Parameters<typeof visibleAsks>[1]) =>
    visibleAsks(offers, filter).map(({ ask }) => ask.region)
  expect(regions({ gpu: 'rtx4090' })).toEqual(['ap-south', 'eu-west'])
  expect(regions({ gpu: 'rtx3090', free: true })).toEqual([])
  expect(regions({ gpu: 'cpu' })).toEqual(['us-west'])
  expect(regions({ region: 'eu-west' })).toEqual(['eu-west', 'eu-west'])
  expect(regions({})).toHaveLength(offers.length)
})

test('offers only what exists as a filter', () => {
  expect(filterChoices(asks).gpus).toEqual(['a100', 'h100', 'l40s', 'rtx3090', 'rtx4090'])
  expect(filterChoices(asks).regions).toEqual(['ap-south', 'eu-north', 'eu-west', 'us-east', 'us-west'])
})

test('writes amounts for people', () => {
  expect(formatCores(500)).toBe('0.5')
  expect(formatCores(21_500)).toBe('22')
})
