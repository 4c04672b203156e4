import {
  type Agreement,
  accrued,
  agreementTypedData,
  depositFor,
  type Hex,
  SubletError,
} from '@sublet/protocol'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { LeaseLedger } from '../lease/lease-ledger.ts'
import { inTime, patiently, type Sleep } from '../lease/patience.ts'
import { moneyEndsAt } from '../lease/settle-lease.ts'
import {
  billedOf,
  type ChannelAccount,
  type ChannelAccounts,
  factsOf,
  type LiveLease,
  moneyOf,
} from './channel-accounts.ts'
import { type ChannelView, nextVoucherStep, whyUnpaid } from './decide-vouchers.ts'

/** A ready workload waits so long for the first voucher. */
const firstVoucherMs = 20_000
const longestWaitMs = 1_000

export interface VoucherLedgerParts {
  chain: Pick<LeaseChain, 'domain' | 'isSignedBy' | 'noticeSeconds'>
  now: () => number
  sleep: Sleep
  accounts: ChannelAccounts
  lease: LiveLease
  /** Grants what the voucher held pays for and asks for the next one, in the channel's turn. */
  advance: (account: ChannelAccount, lease: LiveLease, channel: ChannelView) => Promise<void>
}

/** One lease's money in the journal: each grant out of the channel counts as the escrow would count a top-up. */
export function createVoucherLedger(parts: VoucherLedgerParts): LeaseLedger {
  const { chain, now, sleep, accounts, lease, advance } = parts
  const { tenant } = lease.agreement
  const nowSeconds = () => Math.floor(now() / 1000)
  const isRunning = () => lease.book.openedAt !== undefined && lease.book.charged === undefined

  function isUnpaid(): boolean {
    const { openedAt } = lease.book
    return isRunning() && openedAt !== undefined && now() >= moneyEndsAt(moneyOf(lease, openedAt)) * 1000
  }

  function state(leaseId: Hex) {
    const { openedAt } = lease.book
    if (openedAt !== undefined) return moneyOf(lease, openedAt).chain
    return { ...moneyOf(lease, 0).chain, leaseId, status: 'none' as const }
  }

  function whyNot(account: ChannelAccount | undefined): string {
    if (account?.view === undefined) return 'No voucher came.'
    const facts = factsOf(account, lease, account.view.channel, nowSeconds())
    return whyUnpaid(nextVoucherStep(facts), facts)
  }

  const account = () => accounts.all().find(({ book }) => book.tenant === tenant)

  return {
    nowSeconds: async () => nowSeconds(),

    async checkOpening(agreement, tenantSignature) {
      await checkAgreement(parts, agreement, tenantSignature)
      await accounts.inTurn(tenant, async (of, channel) => {
        const facts = factsOf(of, lease, channel, nowSeconds())
        if (nextVoucherStep(facts).kind === 'refuse') throw unfunded('The voucher channel is being unlocked.')
        const ceiling = channel.redeemed + channel.collateral
        const interval = depositFor(agreement.ratePerHour, lease.intervalSeconds)
        const left = ceiling - billedOf(of)
        if (left < interval)
          throw unfunded(`The voucher channel has ${left} left; an interval takes ${interval}.`)
      })
    },

    async open(agreement, _tenantSignature, _providerSignature, noted, signal) {
      await noted
      const untilMs = Math.min(agreement.startBy * 1000, now() + firstVoucherMs)
      for (;;) {
        const { word } = lease
        await accounts.inTurn(tenant, (of, channel) => advance(of, lease, channel))
        const { openedAt } = lease.book
        if (openedAt !== undefined) return { openedAt }
        if (now() >= untilMs) throw unfunded(whyNot(account()))
        await inTime({ sleep, signal }, word, Math.min(longestWaitMs, untilMs - now()))
      }
    },

    async lease(leaseId) {
      // What the voucher held pays for is taken before anybody concludes that the money has ended.
      const look = () => accounts.inTurn(tenant, (of, channel) => advance(of, lease, channel))
      if (isRunning()) await look()
      // A voucher that could not be handed over while the provider was away pays for that time too.
      while (isUnpaid() && now() < lease.patientUntilMs) {
        await inTime({ sleep }, lease.word, Math.min(longestWaitMs, lease.patientUntilMs - now()))
      }
      return state(leaseId)
    },

    async credit(_agreement, creditSeconds) {
      await accounts.inTurn(tenant, () => accounts.saveLease(lease, { ...lease.book, creditSeconds }))
    },

    async giveNotice() {
      lease.noticeEndsAt = nowSeconds() + (await chain.noticeSeconds())
    },

    async settle({ closingMs, downtimeSeconds, signal }) {
      const { openedAt } = lease.book
      if (isRunning() && openedAt !== undefined) {
        const { agreement, book } = lease
        const unpaid = Math.max(downtimeSeconds, book.creditSeconds)
        const money = { ...agreement, deposit: book.granted, openedAt }
        const charged = accrued(money, Math.floor(closingMs / 1000) - unpaid)
        await patiently({ sleep, signal }, () =>
          accounts.inTurn(tenant, () => accounts.saveLease(lease, { ...lease.book, charged })),
        )
      }
      const { charged, granted } = lease.book
      return charged === undefined ? undefined : { paid: charged, refunded: granted - charged }
    },

    whyFundsEnded: () => whyNot(account()),
  }
}

async function checkAgreement(
  { chain }: Pick<VoucherLedgerParts, 'chain'>,
  agreement: Agreement,
  tenantSignature: Hex,
): Promise<void> {
  const typedData = agreementTypedData(agreement, chain.domain)
  if (await chain.isSignedBy(agreement.tenant, typedData, tenantSignature)) return
  throw new SubletError('signature.invalid', `${agreement.tenant} did not sign this agreement.`, {
    hint: "Sign exactly the bid's agreement.",
  })
}

function unfunded(message: string): SubletError {
  return new SubletError('funds.insufficient', message, {
    hint: 'Fund the voucher channel with this provider (`fundChannel`) and order again.',
  })
}
