import type { Address, Order, PriceList } from '@sublet/protocol'
import { mapPrices } from './own-prices.ts'
import type { OrderRule, StandingRule } from './rule-file.ts'
import type { WeekDay } from './week-days.ts'

/** What rules on the price list look at. */
export interface Moment {
  /** Milliseconds since 1970. */
  nowMs: number
  /** How many of the GPUs are leased, in percent, rounded down; 0 without any. */
  leasedGpuPercent: number
}

/** The price list after every standing rule that applies, in the file's order. */
export function applyStandingRules(
  prices: PriceList,
  rules: readonly StandingRule[],
  moment: Moment,
): PriceList {
  return rules
    .filter(({ when }) => isNow(when, moment))
    .reduce(
      (list, { percent, models }) =>
        mapPrices(list, (price, part, name) => {
          if (models === undefined) return percentOf(price, percent)
          const isMeant =
            part === 'gpuPerHour' && name !== undefined && models.some((one) => isModel(name, one))
          return isMeant ? percentOf(price, percent) : price
        }),
      prices,
    )
}

/** What the rules make of one order: a rate, or the reason why it gets no bid. */
export type RuledRate = { ratePerHour: bigint } | { decline: string }

/** One order's rate after every rule for orders that applies, in the file's order; the first that declines ends it. */
export function applyOrderRules(
  ratePerHour: bigint,
  rules: readonly OrderRule[],
  order: Pick<Order, 'tenant' | 'units' | 'maxDuration'>,
  gpuModels: readonly (string | undefined)[],
): RuledRate {
  let rate = ratePerHour
  for (const { when, percent, decline } of rules) {
    if (!isMeantOrder(when, order, gpuModels)) continue
    if (decline !== undefined) return { decline }
    if (percent !== undefined) rate = percentOf(rate, percent)
  }
  return { ratePerHour: rate }
}

/** Rounded up, so that a price is never given away by rounding. */
function percentOf(price: bigint, percent: number): bigint {
  return (price * BigInt(percent) + 99n) / 100n
}

/** `a100*` means every model that begins so. */
function isModel(model: string, pattern: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern
}

function isNow(when: StandingRule['when'], { nowMs, leasedGpuPercent }: Moment): boolean {
  const { days, hours, timeZone, leasedGpuPercent: leased } = when
  if (leased?.atLeast !== undefined && leasedGpuPercent < leased.atLeast) return false
  if (leased?.atMost !== undefined && leasedGpuPercent > leased.atMost) return false
  if (days === undefined && hours === undefined) return true
  const { day, hour } = wallClock(nowMs, timeZone)
  if (days !== undefined && !days.includes(day)) return false
  if (hours === undefined) return true
  const { from, to } = hours
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to
}

function wallClock(nowMs: number, timeZone: string): { day: WeekDay; hour: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  })
    .formatToParts(nowMs)
    .map(({ type, value }) => [type, value] as const)
  const { weekday = '', hour = '' } = Object.fromEntries(parts)
  return { day: weekday.toLowerCase() as WeekDay, hour: Number(hour) }
}

function isMeantOrder(
  when: OrderRule['when'],
  { tenant, units, maxDuration }: Pick<Order, 'tenant' | 'units' | 'maxDuration'>,
  gpuModels: readonly (string | undefined)[],
): boolean {
  const { tenants, models, gpus, hours } = when
  const isTenant = (one: Address) => one.toLowerCase() === tenant.toLowerCase()
  if (tenants !== undefined && !tenants.some(isTenant)) return false
  if (models !== undefined) {
    const named = gpuModels.filter((model) => model !== undefined)
    if (!named.some((model) => models.some((pattern) => isModel(model, pattern)))) return false
  }
  const cards = units.reduce((sum, { count, resources }) => sum + (resources.gpu?.count ?? 0) * count, 0)
  if (gpus?.atLeast !== undefined && cards < gpus.atLeast) return false
  if (gpus?.atMost !== undefined && cards > gpus.atMost) return false
  // No limit on duration is longer than any.
  const longest = maxDuration === 0 ? Number.POSITIVE_INFINITY : maxDuration / 3600
  if (hours?.atLeast !== undefined && longest < hours.atLeast) return false
  return hours?.atMost === undefined || longest <= hours.atMost
}
