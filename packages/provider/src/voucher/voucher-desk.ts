import {
  type Address,
  type Hex,
  hashVoucher,
  type SignedVoucher,
  SubletError,
  type VoucherState,
} from '@sublet/protocol'
import { type Log, recoverSigner } from '@sublet/service'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { LeaseLedger } from '../lease/lease-ledger.ts'
import type { LeaseRecord } from '../lease/lease-record.ts'
import type { Sleep } from '../lease/patience.ts'
import {
  type ChannelAccount,
  factsOf,
  type LiveLease,
  openChannelAccounts,
  voucherStateOf,
} from './channel-accounts.ts'
import { type ChannelView, nextVoucherStep, worthOf } from './decide-vouchers.ts'
import { createVoucherLedger } from './voucher-ledger.ts'
import type { VoucherStore } from './voucher-store.ts'

/** Where leases are paid by vouchers instead of being opened on chain. */
export interface VoucherDesk {
  /** The ledger of one such lease. */
  ledgerOf(record: Pick<LeaseRecord, 'leaseId' | 'agreement' | 'manifest'>): LeaseLedger
  /**
   * Takes a tenant's voucher. Throws `signature.invalid` when it is not signed by the tenant's own key, and
   * `agreement.mismatch` when it is for somebody else. One that says nothing new changes nothing.
   */
  take(tenant: Address, signed: SignedVoucher): Promise<void>
  /** Looks after the payment of every lease: takes what the voucher held pays for, and asks for the next one in time. */
  step(): Promise<void>
  /** The lease has ended and is no longer looked after. */
  leave(leaseId: Hex, tenant: Address): void
  accounts(): readonly ChannelAccount[]
}

export interface VoucherDeskParts {
  store: VoucherStore
  chain: Pick<LeaseChain, 'channel' | 'domain' | 'isSignedBy' | 'noticeSeconds'>
  provider: Address
  token: Address
  now: () => number
  sleep: Sleep
  log: Log
  /** The tenant is told through the lease's status. */
  tell: (leaseId: Hex, voucher: VoucherState) => void
}

export async function openVoucherDesk(parts: VoucherDeskParts): Promise<VoucherDesk> {
  const { chain, provider, token, now, log } = parts
  const accounts = await openChannelAccounts(parts)
  const told = new Map<Hex, string>()
  const nowSeconds = () => Math.floor(now() / 1000)

  /** In the channel's turn. What is granted is on the disk before the lease is served on it. */
  async function advance(account: ChannelAccount, lease: LiveLease, channel: ChannelView): Promise<void> {
    const look = () => nextVoucherStep(factsOf(account, lease, channel, nowSeconds()))
    let step = look()
    if (step.kind === 'grant') {
      await accounts.saveLease(lease, {
        ...lease.book,
        granted: lease.book.granted + step.amount,
        openedAt: lease.book.openedAt ?? nowSeconds(),
      })
      step = look()
    }
    tell(lease, voucherStateOf(account, lease, step))
  }

  function tell({ book: { leaseId } }: LiveLease, state: VoucherState): void {
    const text = JSON.stringify(state, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
    if (told.get(leaseId) === text) return
    told.set(leaseId, text)
    parts.tell(leaseId, state)
  }

  async function checkSigner({ voucher, signature }: SignedVoucher): Promise<void> {
    const { tenant } = voucher
    // The escrow takes no contract's word. It would take a key that the tenant named, but that one counts for a day only once
    // its tenant took it back, and what is held here may have to wait longer.
    const signer = await recoverSigner({ hash: hashVoucher(voucher, chain.domain), signature }).catch(
      () => undefined,
    )
    if (signer?.toLowerCase() === tenant) return
    throw new SubletError('signature.invalid', `The voucher is not signed by ${tenant}.`, {
      hint: "Sign with the tenant's own key: one that `setChannelSigner` names is not taken here.",
    })
  }

  return {
    ledgerOf({ leaseId, agreement, manifest }) {
      const lease = accounts.enter(leaseId, agreement, manifest?.voucher?.intervalSeconds ?? 1)
      return createVoucherLedger({ ...parts, accounts, lease, advance })
    },

    async take(tenant, signed) {
      const { voucher, signature } = signed
      if (voucher.tenant !== tenant || voucher.provider !== provider || voucher.token !== token) {
        throw new SubletError('agreement.mismatch', 'The voucher is for another tenant, provider or token.', {
          hint: `It must name the tenant ${tenant}, the provider ${provider} and the token ${token}.`,
        })
      }
      await checkSigner(signed)
      await accounts.inTurn(tenant, async (account, channel) => {
        const { book } = account
        if (voucher.total > book.heldTotal) {
          const nothingWaits = worthOf(book.heldTotal, channel) <= channel.redeemed
          await accounts.saveChannel(account, {
            ...book,
            heldTotal: voucher.total,
            heldSignature: signature,
            waitingSince: nothingWaits ? nowSeconds() : book.waitingSince,
          })
          log.debug({ tenant, total: String(voucher.total) }, 'voucher taken')
        }
        for (const lease of account.leases.values()) {
          if (lease.book.charged === undefined && lease.book.openedAt !== undefined)
            await advance(account, lease, channel)
          // One that waits for its first voucher looks for itself.
          else lease.wake()
        }
      })
    },

    async step() {
      for (const { book, leases } of accounts.all()) {
        const running = [...leases.values()].filter(
          (lease) => lease.book.openedAt !== undefined && lease.book.charged === undefined,
        )
        if (running.length === 0) continue
        await accounts
          .inTurn(book.tenant, async (account, channel) => {
            for (const lease of running) await advance(account, lease, channel)
          })
          .catch((err: unknown) =>
            log.warn({ err, tenant: book.tenant }, 'vouchers could not be looked after'),
          )
      }
    },

    leave(leaseId, tenant) {
      accounts.leave(leaseId, tenant)
      told.delete(leaseId)
    },

    accounts: accounts.all,
  }
}
