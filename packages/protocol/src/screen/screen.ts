import type { Ask } from '../ask/ask.ts'
import type { Exclusion } from '../bid/bid.ts'
import type { Order } from '../order/order.ts'
import { needsOf } from '../price/needs.ts'
import { priceAtAsk } from '../price/price-at-ask.ts'
import { perHour } from '../units/dollars.ts'
import { unequalSizesWords } from '../units/size-words.ts'
import { ageWords, instantWords } from '../units/time-words.ts'
import { gpuObstacle } from './gpu-obstacle.ts'
import type { Obstacle, ScreenContext } from './obstacle.ts'
import { placementObstacle } from './placement-obstacle.ts'
import { archName, cores, isSameAddress, listed } from './words.ts'

export type Screening = { ok: true; ratePerHour: bigint } | { ok: false; exclusion: Exclusion }

/**
 * Whether a provider's ask can serve an order, and at what rate. Exact: everything is held against what is free now,
 * and the price is the one that `priceOrder` gives. Reasons are tried from what the tenant can change least to the
 * rate, so a `rate` exclusion means that money alone stands in the way.
 */
export function screen(order: Order, ask: Ask, context: ScreenContext): Screening {
  const left = (obstacle: Obstacle): Screening => ({
    ok: false,
    exclusion: { provider: ask.provider, ...obstacle },
  })
  const obstacle =
    partyObstacle(order, ask, context) ??
    placementObstacle(order, ask, context) ??
    gpuObstacle(order, ask) ??
    resourceObstacle(order, ask) ??
    latencyObstacle(order, context) ??
    maintenanceObstacle(order, ask, context)
  if (obstacle !== undefined) return left(obstacle)
  const price = priceAtAsk(order, ask)
  // The cards were found to serve above.
  if (price === undefined)
    return left({ reason: 'gpu-count', message: 'The free GPUs do not serve this order.' })
  const { ratePerHour } = price
  if (ratePerHour > order.maxRatePerHour) {
    return left({
      reason: 'rate',
      message: `At most ${perHour(order.maxRatePerHour)} was offered, the price here is ${perHour(ratePerHour)}.`,
      ratePerHour,
    })
  }
  return { ok: true, ratePerHour }
}

function partyObstacle(order: Order, ask: Ask, { nowMs }: ScreenContext): Obstacle | undefined {
  if (order.exclude.some((provider) => isSameAddress(provider, ask.provider))) {
    return { reason: 'excluded', message: 'The order asks not to use this provider.' }
  }
  if (ask.expiresAtMs <= nowMs) {
    const age = ageWords(nowMs - ask.expiresAtMs)
    return { reason: 'expired', message: `The provider’s price list expired ${age} ago.` }
  }
  if (ask.chainId !== order.chainId) {
    return {
      reason: 'token',
      message: `Payment on chain ${order.chainId} was offered, chain ${ask.chainId} is asked here.`,
    }
  }
  if (!isSameAddress(ask.token, order.token)) {
    return { reason: 'token', message: `Payment in ${order.token} was offered, ${ask.token} is asked here.` }
  }
  if (ask.tenants.length > 0 && !ask.tenants.some((tenant) => isSameAddress(tenant, order.tenant))) {
    return { reason: 'tenant', message: `The provider serves only tenants it names, not ${order.tenant}.` }
  }
  if (ask.draining)
    return { reason: 'maintenance', message: 'The provider takes no new leases at the moment.' }
  return undefined
}

function resourceObstacle(order: Order, ask: Ask): Obstacle | undefined {
  const { inventory, prices } = ask
  const needs = needsOf(order)
  for (const { resources } of order.units) {
    const arch = resources.cpuArch
    if (arch !== undefined && archName(arch) !== archName(inventory.cpuArch)) {
      return { reason: 'cpu-arch', message: `A ${arch} CPU was asked, this one is ${inventory.cpuArch}.` }
    }
  }
  if (needs.cpuMillis > inventory.cpuMillis.free) {
    const message = `${cores(needs.cpuMillis)} were asked, ${cores(inventory.cpuMillis.free)} are free.`
    return { reason: 'cpu', message }
  }
  if (needs.memoryBytes > inventory.memoryBytes.free) {
    const [asked, free] = unequalSizesWords(needs.memoryBytes, inventory.memoryBytes.free)
    const message = `${asked} of memory were asked, ${free} are free.`
    return { reason: 'memory', message }
  }
  for (const name of needs.storageBytes.keys()) {
    if (!Object.hasOwn(inventory.storageBytes, name) || !Object.hasOwn(prices.storagePerGibHour, name)) {
      const sold = Object.keys(inventory.storageBytes).filter((it) =>
        Object.hasOwn(prices.storagePerGibHour, it),
      )
      return {
        reason: 'storage-class',
        message: `Storage of class ${name} was asked, there is ${listed(sold.sort())}.`,
      }
    }
  }
  for (const [name, bytes] of needs.storageBytes) {
    const free = inventory.storageBytes[name]?.free ?? 0
    if (bytes > free) {
      const [asked, left] = unequalSizesWords(bytes, free)
      const message = `${asked} of ${name} storage were asked, ${left} are free.`
      return { reason: 'storage', message }
    }
  }
  if (needs.ips > inventory.ips.free) {
    return { reason: 'ip', message: `${needs.ips} IP addresses were asked, ${inventory.ips.free} are free.` }
  }
  return undefined
}

function latencyObstacle({ placement }: Order, { latencyMs }: ScreenContext): Obstacle | undefined {
  const { maxLatencyMs } = placement
  if (maxLatencyMs === undefined || (latencyMs !== undefined && latencyMs <= maxLatencyMs)) return undefined
  const found = latencyMs === undefined ? 'it is not known here' : `it is ${Math.ceil(latencyMs)} ms`
  return { reason: 'latency', message: `A latency of at most ${maxLatencyMs} ms was asked, ${found}.` }
}

/** A lease without a longest time is expected to run for as long as its first deposit. */
function maintenanceObstacle(order: Order, ask: Ask, { nowMs }: ScreenContext): Obstacle | undefined {
  const { unavailableFromMs } = ask
  if (unavailableFromMs === undefined) return undefined
  const seconds = order.maxDuration === 0 ? order.depositSeconds : order.maxDuration
  if (nowMs + seconds * 1000 <= unavailableFromMs) return undefined
  return {
    reason: 'maintenance',
    message: `${ageWords(seconds * 1000)} of service were asked, the provider is there until ${instantWords(unavailableFromMs)}.`,
  }
}
