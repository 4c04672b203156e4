import type { Address } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Background } from './background.ts'
import type { Holdings } from './bid/holdings.ts'
import type { LeaseChain } from './chain/lease-chain.ts'
import { watchLeases } from './chain/watch-leases.ts'
import type { ProviderConfig } from './config.ts'
import type { Fetches } from './fetch/fetches.ts'
import { cleanImages } from './image/clean-images.ts'
import type { Images } from './image/open-images.ts'
import type { Stock } from './inventory/stock.ts'
import type { Journal } from './journal/journal.ts'
import type { Leases } from './lease/leases.ts'
import type { Sleep } from './lease/patience.ts'
import type { Reconciler } from './lease/reconciler.ts'
import type { LeavingKeeper } from './leaving/leaving-keeper.ts'
import type { EarningsDrawer } from './owner/draw-earnings.ts'
import type { AskKeeper } from './pricing/ask-keeper.ts'
import type { Pricing } from './pricing/pricing.ts'
import { readMarket } from './pricing/read-market.ts'
import type { Owner, Runtime } from './runtime/runtime.ts'
import { warmUp } from './runtime/warm-up.ts'
import type { LeaseTimeline } from './timeline/lease-timeline.ts'
import type { Volumes } from './volume/volumes.ts'
import type { VoucherDesk } from './voucher/voucher-desk.ts'

const lapseEveryMs = 1_000
const leavingEveryMs = 1_000
const fetchAheadEveryMs = 30_000
const confineEveryMs = 60_000
const vouchersEveryMs = 1_000
/** After a crash the time since the last look counts as downtime of what is reached through the provider. */
const seenEveryMs = 2_000

export interface UpkeepParts {
  config: ProviderConfig
  owner: Owner
  chainId: number
  token: Address
  /** Where the market can be read. */
  indexerUrls: readonly string[]
  /** Every lease has looked at the chain since this block. */
  sinceBlock: bigint
  chain: LeaseChain
  journal: Journal
  runtime: Runtime
  holdings: Holdings
  stock: Stock
  pricing: Pricing
  asks: Pick<AskKeeper, 'touch'>
  leases: Leases
  leaving: LeavingKeeper
  reconciler: Reconciler
  timeline: LeaseTimeline
  volumes: Volumes
  fetches: Fetches
  images: Images
  vouchers: VoucherDesk
  earnings: EarningsDrawer
  log: Log
  now: () => number
  sleep: Sleep
  signal: AbortSignal
}

/** Begins all that a provider does again and again beside its leases. */
export function beginUpkeep(background: Background, parts: UpkeepParts): void {
  const { config, owner, chain, journal, runtime, stock, asks, images, leases, log, now } = parts
  background.every(lapseEveryMs, 'ending reservations', async () => {
    const lapsed = parts.holdings.lapse(now())
    for (const leaseId of lapsed) await journal.unreserve(leaseId)
    if (lapsed.length > 0) asks.touch()
  })
  background.every(seenEveryMs, 'noting that the leases are looked after', () => journal.mark('seen', now()))
  background.every(leavingEveryMs, 'leaving', parts.leaving.step)
  // Each by itself: what fails keeps none of the others from being done.
  const everyMinute = (what: string, work: () => Promise<unknown>) =>
    background.every(config.reconcileEveryMs, what, work)
  everyMinute('measuring the machine', async () => {
    await stock.measure()
    asks.touch()
  })
  everyMinute('looking for images', async () => {
    await stock.lookForImages()
    asks.touch()
  })
  everyMinute('reconciling', async () => {
    await parts.reconciler.pass()
    asks.touch()
  })
  everyMinute('reviewing volumes', parts.volumes.review)
  everyMinute('cleaning images', () =>
    cleanImages({
      runtime,
      uses: images.uses,
      inUse: images.inUse,
      disk: images.disk,
      marks: { highPercent: config.imageHighWaterPercent, lowPercent: config.imageLowWaterPercent },
      log,
    }),
  )
  everyMinute('cleaning what was fetched', () =>
    parts.fetches.clean((leaseId) => leases.find(leaseId) !== undefined),
  )
  everyMinute('forgetting old events', parts.timeline.forget)
  background.every(confineEveryMs, 'keeping leases from the machine', async () => {
    await runtime.confine()
    asks.touch()
  })
  background.every(fetchAheadEveryMs, 'fetching images ahead', async () => {
    await images.ahead.step()
    await stock.lookForImages()
    asks.touch()
  })
  if (config.followMarket) {
    const { indexerUrls, chainId, token } = parts
    background.every(config.followMarketEveryMs, 'following the market', async () => {
      parts.pricing.follow(
        await readMarket({ indexerUrls, self: owner.provider, chainId, token, nowMs: now() }),
      )
      asks.touch()
    })
  }
  background.every(config.withdrawEveryMs, 'drawing earnings', parts.earnings.draw)
  background.every(vouchersEveryMs, 'asking for vouchers', parts.vouchers.step)
  background.every(config.redeemEveryMs, 'redeeming vouchers', parts.earnings.redeem)
  background.once(
    'watching the chain',
    watchLeases({
      chain,
      since: parts.sinceBlock,
      everyMs: config.chainPollMs,
      sleep: parts.sleep,
      signal: parts.signal,
      log,
      onTouched: (leaseId) => leases.find(leaseId)?.nudge(),
      onRewound: () => {
        for (const runner of leases.all()) runner.nudge()
      },
    }),
  )
  background.once(
    'preparing for the first lease',
    warmUp(runtime, owner, log).then(async () => {
      await stock.lookForImages()
      asks.touch()
    }),
  )
}
