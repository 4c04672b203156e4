import type { Address } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LeaseChain } from '../chain/lease-chain.ts'
import { withdrawEarnings } from '../chain/withdrawals.ts'
import type { DrawingTerms } from '../chain/worth-drawing.ts'
import type { ProviderConfig } from '../config.ts'
import type { Journal } from '../journal/journal.ts'
import type { Leases } from '../lease/leases.ts'
import { mostInBatch } from '../voucher/decide-redemption.ts'
import { redeemVouchers } from '../voucher/redeem-vouchers.ts'
import type { VoucherDesk } from '../voucher/voucher-desk.ts'

export interface EarningsDrawerParts {
  chain: LeaseChain
  journal: Journal
  leases: Pick<Leases, 'all'>
  vouchers: Pick<VoucherDesk, 'accounts'>
  provider: Address
  token: Address
  config: Pick<
    ProviderConfig,
    'withdrawLeast' | 'withdrawMostCostBps' | 'tokenPerCoin' | 'withdrawAtLatestMs'
  >
  log: Log
  now: () => number
}

/** How what was earned comes to the provider. */
export interface EarningsDrawer {
  /** Draws from the leases where that is worth its gas. */
  draw(): Promise<unknown>
  /** Redeems vouchers where that is worth its gas. */
  redeem(): Promise<unknown>
  /** Everything there is, out of the escrow; answers how much, in token base units. */
  withdraw(): Promise<bigint>
}

export function createEarningsDrawer(parts: EarningsDrawerParts): EarningsDrawer {
  const { chain, journal, leases, vouchers, provider, token, config, log, now } = parts
  const worthwhile: DrawingTerms = {
    least: config.withdrawLeast,
    mostCostBps: config.withdrawMostCostBps,
    tokenPerCoin: config.tokenPerCoin,
    atLatestSeconds: Math.floor(config.withdrawAtLatestMs / 1000),
  }
  const draw = (terms: DrawingTerms | undefined) =>
    withdrawEarnings({ chain, journal, runners: leases.all(), terms, log })
  const redeem = (terms: DrawingTerms | undefined) =>
    redeemVouchers({
      chain,
      accounts: vouchers.accounts(),
      provider,
      token,
      terms,
      nowSeconds: Math.floor(now() / 1000),
      log,
    })
  return {
    draw: () => draw(worthwhile),
    redeem: () => redeem(worthwhile),
    async withdraw() {
      await draw(undefined)
      while ((await redeem(undefined)) === mostInBatch);
      const balance = await chain.freeBalance(provider, token)
      if (balance > 0n) await chain.withdraw(token, balance)
      return balance
    },
  }
}
