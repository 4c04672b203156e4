import { access, constants, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Ask, type Order, type PriceList, SubletError } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { ProviderConfig } from '../config.ts'
import type { Device } from '../inventory/device.ts'
import type { RunTool } from '../inventory/run-tool.ts'
import { followMarket, type MarketPrices } from './market-prices.ts'
import { type OrderRate, rateByRules, settleRate } from './order-rate.ts'
import { joinPrices, offeredPrices, withOwnPrices } from './own-prices.ts'
import { crossedLimits, type PriceLimits, withinLimits } from './price-limits.ts'
import { applyStandingRules } from './price-rules.ts'
import { createPricingProgram } from './pricing-program.ts'
import { noRules, readRuleFile } from './rule-file.ts'

/** How the provider's prices come about. */
export interface Pricing {
  /** The price list of this moment for the devices that are here. */
  list(stock: { devices: readonly Device[]; free: readonly Device[] }): PriceList
  /** What one order is to pay; absent where every order pays what the list says. */
  rateOf?: (order: Order, ask: Pick<Ask, 'prices' | 'inventory'>) => Promise<OrderRate | undefined>
  /** Moves the prices one step towards the market's. */
  follow(market: MarketPrices): void
}

export type PricingConfig = Pick<
  ProviderConfig,
  | 'prices'
  | 'floorPrices'
  | 'ceilingPrices'
  | 'pricingRules'
  | 'pricingProgram'
  | 'pricingProgramTimeoutMs'
  | 'followMarketStepPercent'
>

/**
 * Puts the prices together: the defaults, the owner's own, what following the market made of them, the standing rules,
 * and last the floor and the ceiling. Throws `config.invalid` where the rule file has mistakes, the program can't be run, or
 * a floor lies above its ceiling.
 */
export async function openPricing(parts: {
  config: PricingConfig
  defaults: PriceList
  run: RunTool
  now: () => number
  log: Log
}): Promise<Pricing> {
  const { config, defaults, run, now, log } = parts
  const { pricingRules: rulePath, pricingProgram: program } = config
  const rules = rulePath === undefined ? noRules : readRuleFile(await readRules(rulePath), rulePath)
  if (program !== undefined) await mustRun(program)
  const limits: PriceLimits = {
    floor: joinPrices(config.floorPrices, rules.floor ?? {}),
    ceiling: joinPrices(config.ceilingPrices, rules.ceiling ?? {}),
  }
  const crossed = crossedLimits(limits)
  if (crossed.length > 0) {
    throw new SubletError('config.invalid', `The floor is above the ceiling: ${crossed.join(', ')}.`, {
      hint: 'Lower the floor or raise the ceiling, in the settings or the rule file.',
    })
  }
  let prices = withOwnPrices(withOwnPrices(defaults, config.prices), rules.prices ?? {})
  const ask =
    program === undefined
      ? undefined
      : createPricingProgram({ program: resolve(program), timeoutMs: config.pricingProgramTimeoutMs, run })

  async function rateOf(order: Order, of: Pick<Ask, 'prices' | 'inventory'>): Promise<OrderRate | undefined> {
    const ruled = rateByRules({ order, ask: of, rules: rules.orders, floor: limits.floor })
    if (ruled === undefined || ask === undefined || !('ratePerHour' in ruled.rate)) return ruled?.rate
    const { rate, floorRatePerHour, gpuModels } = ruled
    const question = { order, gpuModels, ratePerHour: ruled.rate.ratePerHour, floorRatePerHour, nowMs: now() }
    const answer = await ask(question)
    if (!('problem' in answer)) return settleRate(rate.listRatePerHour, floorRatePerHour, answer)
    log.warn({ program, problem: answer.problem }, 'the pricing program gave no rate; the list’s is taken')
    return rate
  }

  return {
    list({ devices, free }) {
      const offered = offeredPrices(prices, devices)
      const leasedGpuPercent =
        devices.length === 0 ? 0 : Math.floor((100 * (devices.length - free.length)) / devices.length)
      const ruled = applyStandingRules(offered, rules.standing, { nowMs: now(), leasedGpuPercent })
      return withinLimits(ruled, limits)
    },
    ...(rules.orders.length === 0 && ask === undefined ? {} : { rateOf }),
    follow(market) {
      // Models that only the wildcard prices move by themselves from here on.
      const gpuPerHour = { ...prices.gpuPerHour }
      for (const model of Object.keys(market.gpuPerHour)) {
        const price = gpuPerHour[model] ?? gpuPerHour['*']
        if (price !== undefined) gpuPerHour[model] = price
      }
      // Held within the limits at every step, so that it need not come all the way back when the market turns.
      prices = withinLimits(
        followMarket({ ...prices, gpuPerHour }, market, config.followMarketStepPercent * 100),
        limits,
      )
    },
  }
}

function readRules(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SubletError('config.invalid', `The rule file ${path} cannot be read.`, {
      hint: 'Check the path in `pricingRules`, or leave the setting out.',
      cause,
    })
  })
}

async function mustRun(program: string): Promise<void> {
  await access(resolve(program), constants.X_OK).catch((cause: unknown) => {
    throw new SubletError('config.invalid', `The pricing program ${program} cannot be run.`, {
      hint: 'Check the path in `pricingProgram` and that the file is executable, or leave the setting out.',
      cause,
    })
  })
}
