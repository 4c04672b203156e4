import type { Address, Ask } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { marketOf } from '../testing/pricing-market.ts'
import { defaultPrices } from './default-prices.ts'
import { marketPrices } from './market-prices.ts'
import { proposePrices } from './propose-prices.ts'

const token: Address = `0x${'d0'.repeat(20)}`
const view = { chainId: 1, token, nowMs: 1000 }
const list = {
  cpuPerCoreHour: 10n,
  memoryPerGibHour: 2n,
  endpointPerHour: 0n,
  ipPerHour: 0n,
  storagePerGibHour: { default: 1n },
}

/** One provider's ask: what its RTX 4090s cost, and how many of its four are rented. */
function ask(provider: number, price: bigint, rented: number, more: Partial<Ask> = {}): Ask {
  const { prices, inventory } = marketOf({ ...list, gpuPerHour: { rtx4090: price } })
  const gpus = inventory.gpus.map((gpu) => ({ ...gpu, free: gpu.total - rented }))
  return {
    provider: `0x${provider.toString(16).padStart(40, '0')}`,
    chainId: 1,
    sequence: 1,
    expiresAtMs: 2000,
    token,
    prices,
    inventory: { ...inventory, gpus },
    region: 'local',
    attributes: {},
    runtime: 'docker',
    tenants: [],
    publicKey: `0x${'33'.repeat(32)}`,
    images: [],
    ...more,
  }
}
const rtx4090 = (asks: Ask[], more: object = {}) =>
  marketPrices(asks, { ...view, ...more }).gpuPerHour.rtx4090

test('gives the median asked, and the median of those who have tenants', () => {
  const asks = [ask(1, 300n, 4), ask(2, 310n, 1), ask(3, 900n, 0), ask(4, 500n, 2), ask(5, 1000n, 0)]
  expect(rtx4090(asks)).toEqual({ asked: 500n, rented: 310n, sellers: 5 })
  expect(rtx4090([ask(1, 300n, 0)])).toEqual({ asked: 300n, sellers: 1 })
  expect(rtx4090([])).toBeUndefined()
})

test('counts each provider once, by its newest ask, and neither itself nor what is void', () => {
  const asks = [
    ask(1, 300n, 1),
    ask(1, 400n, 1, { sequence: 2 }),
    ask(2, 1n, 1, { expiresAtMs: 500 }),
    ask(3, 2n, 1, { chainId: 5 }),
    ask(4, 3n, 1, { token: `0x${'ee'.repeat(20)}` }),
    ask(5, 4n, 1),
  ]
  const self = ask(5, 0n, 0).provider
  expect(rtx4090(asks, { self })).toEqual({ asked: 400n, rented: 400n, sellers: 1 })
})

test('one voice a provider, however much it says to have', () => {
  const loud = ask(9, 1n, 0)
  loud.inventory.gpus = loud.inventory.gpus.map((gpu) => ({ ...gpu, total: 1_000_000, free: 0 }))
  expect(rtx4090([loud, ask(1, 300n, 1), ask(2, 310n, 1)])?.rented).toBe(300n)
})

test('proposes what others ask, and the defaults for what nobody sells', () => {
  const market = marketPrices([ask(1, 300n, 0), ask(2, 310n, 0), ask(3, 320n, 0)], view)
  const defaults = defaultPrices(6)
  const { prices, proposed } = proposePrices(defaults, market, ['rtx4090', 'gtx1080', 'rtx4090'])
  expect(prices).toEqual({
    cpuPerCoreHour: 10n,
    memoryPerGibHour: 2n,
    gpuPerHour: { gtx1080: defaults.gpuPerHour['*'], rtx4090: 310n },
  })
  expect(proposed.map(({ what, source, sellers }) => [what, source, sellers])).toEqual([
    ['gtx1080', 'default', 0],
    ['rtx4090', 'market', 3],
    ['cpu core', 'market', 3],
    ['memory GiB', 'market', 3],
  ])
  const alone = proposePrices(defaults, undefined, ['rtx4090'])
  expect(alone.prices.gpuPerHour).toEqual({ rtx4090: defaults.gpuPerHour.rtx4090 })
  expect(alone.proposed.every(({ source }) => source === 'default')).toBe(true)
})
