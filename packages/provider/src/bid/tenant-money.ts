import type { Order } from '@sublet/protocol'
import type { LeaseChain } from '../chain/lease-chain.ts'
import { inTime, type Sleep } from '../lease/patience.ts'

export type MoneyChain = Pick<LeaseChain, 'freeBalance' | 'walletBalance' | 'channel'>

/** Whoever asks for bids waits for the answer only so long. */
const longestWaitMs = 1_500

/**
 * What a tenant could pay an order with, token base units: in the escrow, in its wallet, and in its voucher channel where
 * it pays by vouchers. A deposit may be on its way while bids are asked for. Undefined where the chain does not tell
 * within reason: nobody is turned away because this provider is blind.
 */
export async function readTenantMoney(
  chain: MoneyChain,
  { tenant, token, payment }: Pick<Order, 'tenant' | 'token' | 'payment'>,
  sleep: Sleep,
): Promise<bigint | undefined> {
  let money: bigint | undefined
  const read = async () => {
    // The wallet is asked first: what moves into the escrow meanwhile is counted twice rather than not at all.
    const wallet = await chain.walletBalance(tenant, token)
    const [free, channel] = await Promise.all([
      chain.freeBalance(tenant, token),
      payment === 'voucher' ? chain.channel(tenant) : undefined,
    ])
    money = wallet + free + (channel?.collateral ?? 0n)
  }
  await inTime(
    { sleep },
    read().catch(() => undefined),
    longestWaitMs,
  )
  return money
}
