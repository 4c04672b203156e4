import { type Address, type RedeemableVoucher, redeemableVoucher } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { DrawingTerms } from '../chain/worth-drawing.ts'
import type { ChannelAccount } from './channel-accounts.ts'
import { chooseRedemptions } from './decide-redemption.ts'

/**
 * Redeems the last vouchers of many channels in one transaction, where that is worth it; with no terms, whatever there is.
 * Answers how many. The channels are read anew: an unlock that was asked for is met in time.
 */
export async function redeemVouchers(parts: {
  chain: Pick<LeaseChain, 'channel' | 'redeem' | 'gasPriceWei'>
  accounts: readonly ChannelAccount[]
  provider: Address
  token: Address
  terms: DrawingTerms | undefined
  nowSeconds: number
  log: Log
}): Promise<number> {
  const { chain, accounts, provider, token, terms, nowSeconds, log } = parts
  const holding = accounts.flatMap(({ book }) =>
    book.heldSignature === undefined ? [] : [{ ...book, signature: book.heldSignature }],
  )
  if (holding.length === 0) return 0
  const read = async (book: (typeof holding)[number]) => ({
    ...book,
    channel: await chain.channel(book.tenant),
  })
  const [gasPriceWei, ...channels] = await Promise.all([chain.gasPriceWei(), ...holding.map(read)])
  const chosen = chooseRedemptions(channels, nowSeconds, gasPriceWei, terms)
  if (chosen.length === 0) return 0
  await chain.redeem(
    chosen.map(
      ({ tenant, heldTotal: total, signature }): RedeemableVoucher =>
        redeemableVoucher({ voucher: { tenant, provider, token, total }, signature }),
    ),
  )
  log.info({ vouchers: chosen.length }, 'vouchers redeemed')
  return chosen.length
}
