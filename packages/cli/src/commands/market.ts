import type { Ask, Market } from '@sublet/protocol'
import { perHour, sizeWords } from '@sublet/protocol'
import type { Command } from 'commander'
import { table } from '../output/output.ts'
import { commandContext, type GlobalOptions } from './context.ts'

export function addMarket(program: Command): void {
  program
    .command('market')
    .option('--gpu <model>', 'only providers with this GPU')
    .option('--region <region>', 'only this region')
    .action(async (options: { gpu?: string; region?: string }, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const market = await (await controller()).market(options)
      output.result(market, () => describe(market))
    })
}

function gpusOf(ask: Ask): string {
  return ask.inventory.gpus.map((gpu) => `${gpu.free}/${gpu.total} ${gpu.model}`).join(', ') || '–'
}

function gpuPricesOf(ask: Ask): string {
  const models = [...new Set(ask.inventory.gpus.map((gpu) => gpu.model))]
  return models
    .map((model) => perHour(ask.prices.gpuPerHour[model] ?? ask.prices.gpuPerHour['*'] ?? 0n))
    .join(', ')
}

/** The runtime, and why nothing can be rented there at the moment where that is so. */
export function runtimeOf(
  { runtime, draining }: Pick<Ask, 'runtime' | 'draining'>,
  connected: boolean,
): string {
  const why = [...(connected ? [] : ['away']), ...(draining ? ['draining'] : [])]
  return why.length === 0 ? runtime : `${runtime} (${why.join(', ')})`
}

function describe(market: Market): string {
  if (market.asks.length === 0) return 'Nothing is on offer that fits. Leave filters out to see everything.'
  const rows = market.asks.map(({ signedAsk: { ask }, connected }) => [
    ask.provider.slice(0, 12),
    ask.region,
    runtimeOf(ask, connected),
    `${ask.inventory.cpuMillis.free / 1000}/${ask.inventory.cpuMillis.total / 1000}`,
    sizeWords(ask.inventory.memoryBytes.free),
    gpusOf(ask),
    `${perHour(ask.prices.cpuPerCoreHour)} core, ${perHour(ask.prices.memoryPerGibHour)} GiB`,
    gpuPricesOf(ask) || '–',
  ])
  return table(
    ['PROVIDER', 'REGION', 'RUNTIME', 'CORES FREE', 'MEMORY FREE', 'GPUS FREE', 'PRICES', 'PER GPU'],
    rows,
  )
}
