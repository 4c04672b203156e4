import {
  type Address,
  type Agreement,
  type CountedLease,
  depositFor,
  type Hex,
  isEnded,
  isPaidByVouchers,
  type LeaseStatus,
  mostToSign,
  type SignedVoucher,
  SubletError,
  type VoucherState,
  voucherTypedData,
} from '@sublet/protocol'
import { recoverTypedDataAddress } from 'viem'
import type { ChainClient } from '../chain/chain-client.ts'
import type { ProviderClient } from '../provider/create-provider-client.ts'
import type { Signer } from '../provider/session-keeper.ts'

export interface VoucherPayerOptions {
  account: Signer
  chain: Pick<ChainClient, 'channels' | 'domain' | 'token'>
  /** Seconds that a voucher pays ahead: the most that a provider can take and leave with. */
  intervalSeconds: number
  /** Seconds of service that are set aside in a channel at a time. */
  collateralSeconds: number
  /** Sees to it that the escrow holds so much free money while `use` takes it; `use` alone unless given. */
  provide?: ((amount: bigint, use: () => Promise<void>) => Promise<void>) | undefined
  /** Milliseconds since 1970. */
  now: () => number
}

/** Signs what leases cost as they are served, and never more than an interval ahead. */
export interface VoucherPayer {
  readonly intervalSeconds: number
  /**
   * Before a lease is offered: its channel holds collateral enough, and an unlock that was asked for is taken back.
   * Nothing for a lease that is paid out of the escrow.
   */
  prepare(agreement: Agreement): Promise<void>
  /**
   * To be called with every status of a lease: sends the voucher that it asks for. Where an unlock was asked for, it pays
   * with what is left and adds nothing. Throws `voucher.excessive` when the provider asks for more than it can have served.
   */
  answer(
    provider: Pick<ProviderClient, 'sendVoucher'>,
    agreement: Agreement,
    status: LeaseStatus,
  ): Promise<void>
}

interface Account {
  /** What was owed when this payer first met the channel. */
  owedBefore: bigint
  signedTotal: bigint
  leases: Map<Hex, CountedLease>
}

/** An answer may ask for the next voucher at once, such as where two leases share the channel. */
const mostInARow = 4

/**
 * Keeps the vouchers of one wallet. What it signed before it was started is learned from the providers, which show its
 * own signature, and from the escrow.
 */
export function createVoucherPayer(options: VoucherPayerOptions): VoucherPayer {
  const {
    account,
    chain,
    intervalSeconds,
    collateralSeconds,
    now,
    provide = (_amount, use) => use(),
  } = options
  const tenant = account.address.toLowerCase() as Address
  const accounts = new Map<Address, Account>()
  const turns = new Map<Address, Promise<unknown>>()

  /** One after another for each provider, so that totals only grow. */
  function inTurn<T>(provider: Address, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(provider) ?? Promise.resolve()).then(work)
    turns.set(
      provider,
      turn.catch(() => undefined),
    )
    return turn
  }

  const voucherFor = (provider: Address, total: bigint) => ({ tenant, provider, token: chain.token, total })

  /** A total counts as signed before only where the signature is ours. */
  async function provenTotal(provider: Address, held: VoucherState['held']): Promise<bigint> {
    if (held === undefined) return 0n
    const signer = await recoverTypedDataAddress({
      ...voucherTypedData(voucherFor(provider, held.total), chain.domain),
      signature: held.signature,
    }).catch(() => undefined)
    return signer?.toLowerCase() === tenant ? held.total : 0n
  }

  async function accountWith(provider: Address, held: VoucherState['held']): Promise<Account> {
    const known = accounts.get(provider)
    if (known !== undefined) return known
    const [{ redeemed }, proven] = await Promise.all([
      chain.channels.channel(provider),
      provenTotal(provider, held),
    ])
    const owedBefore = proven > redeemed ? proven : redeemed
    const opened = { owedBefore, signedTotal: owedBefore, leases: new Map() }
    accounts.set(provider, opened)
    return opened
  }

  /** Funding a channel takes back an unlock: that is for a lease that begins, and not for one that runs on. */
  async function fund(agreement: Agreement, owed: bigint, lease: 'begins' | 'runs'): Promise<void> {
    const { provider, ratePerHour } = agreement
    const { collateral, redeemed, unlockAt } = await chain.channels.channel(provider)
    if (unlockAt !== 0 && lease === 'runs') return
    const left = redeemed + collateral - (owed > redeemed ? owed : redeemed)
    if (unlockAt === 0 && left >= depositFor(ratePerHour, 2 * intervalSeconds)) return
    const amount = depositFor(ratePerHour, collateralSeconds)
    await provide(amount, () => chain.channels.fund(provider, amount))
  }

  async function sign(provider: Address, total: bigint): Promise<SignedVoucher> {
    const voucher = voucherFor(provider, total)
    return { voucher, signature: await account.signTypedData(voucherTypedData(voucher, chain.domain)) }
  }

  return {
    intervalSeconds,
    async prepare(agreement) {
      if (!isPaidByVouchers(agreement)) return
      const { provider } = agreement
      await inTurn(provider, () => fund(agreement, accounts.get(provider)?.signedTotal ?? 0n, 'begins'))
    },
    async answer(client, agreement, status) {
      if (status.voucher === undefined || !isPaidByVouchers(agreement)) return
      const { provider, ratePerHour } = agreement
      await inTurn(provider, async () => {
        let state = status.voucher
        const book = await accountWith(provider, state?.held)
        const lease = book.leases.get(status.leaseId) ?? { ratePerHour, intervalSeconds, sinceMs: now() }
        book.leases.set(status.leaseId, lease)
        if (isEnded(status.phase) || status.phase === 'closing') {
          lease.untilMs ??= now()
          return
        }
        for (let sent = 0; sent < mostInARow && state?.askedTotal !== undefined; sent += 1) {
          const { askedTotal, held } = state
          if (askedTotal <= (held?.total ?? 0n)) return
          const limit = mostToSign(book.owedBefore, book.leases.values(), now())
          if (askedTotal > limit) throw excessive(askedTotal, limit, provider)
          if (askedTotal > book.signedTotal) await fund(agreement, askedTotal, 'runs')
          const signed = await sign(provider, askedTotal)
          if (askedTotal > book.signedTotal) book.signedTotal = askedTotal
          state = (await client.sendVoucher(status.leaseId, signed)).voucher
        }
      })
    },
  }
}

function excessive(askedTotal: bigint, limit: bigint, provider: Address): SubletError {
  return new SubletError(
    'voucher.excessive',
    `The provider asks for a voucher of ${askedTotal}; at most ${limit} can be owed so far.`,
    { hint: 'Nothing was signed, so the lease ends soon. Rent elsewhere.', details: { provider } },
  )
}
