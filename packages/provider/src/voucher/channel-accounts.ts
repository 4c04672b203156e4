import { type Address, type Agreement, type Hex, isSubletError, type VoucherState } from '@sublet/protocol'
import type { LeaseChain } from '../chain/lease-chain.ts'
import { moneyEndsAt } from '../lease/settle-lease.ts'
import type { ChannelView, VoucherFacts, VoucherStep } from './decide-vouchers.ts'
import type { ChannelBook, LeaseBook, VoucherStore } from './voucher-store.ts'

/** A lease that is paid out of a channel now. */
export interface LiveLease {
  book: LeaseBook
  agreement: Agreement
  intervalSeconds: number
  /** Unix seconds; 0 while the provider gave no notice. */
  noticeEndsAt: number
  /** Until then its tenant may not have found the provider again after a restart, milliseconds since 1970. */
  patientUntilMs: number
  /** Settles at the next change of its payment. */
  word: Promise<void>
  wake: () => void
}

export interface ChannelAccount {
  book: ChannelBook
  /** What leases cost that nobody looks after any more. */
  ended: bigint
  leases: Map<Hex, LiveLease>
  /** As the escrow had it when it was last asked. */
  view?: { channel: ChannelView; readAtMs: number } | undefined
}

/** So long what the escrow said of a channel is taken for true: an unlock takes a day. */
const viewGoodMs = 30_000
/** After a restart tenants are given so long to come back. */
const patienceMs = 20_000

/** The channels of all tenants, in memory and on the disk: whoever changes one does it in its turn. */
export interface ChannelAccounts {
  all(): ChannelAccount[]
  /** Does something about one tenant's channel with nothing else in between; the escrow is asked where need be. */
  inTurn<T>(tenant: Address, work: (account: ChannelAccount, channel: ChannelView) => Promise<T>): Promise<T>
  /** The lease's place in its tenant's account; made where there is none. */
  enter(leaseId: Hex, agreement: Agreement, intervalSeconds: number): LiveLease
  /** Nobody looks after the lease any more. */
  leave(leaseId: Hex, tenant: Address): void
  saveChannel(account: ChannelAccount, book: ChannelBook): Promise<void>
  saveLease(lease: LiveLease, book: LeaseBook): Promise<void>
}

export async function openChannelAccounts(parts: {
  store: VoucherStore
  chain: Pick<LeaseChain, 'channel'>
  now: () => number
}): Promise<ChannelAccounts> {
  const { store, chain, now } = parts
  const { channels, leases, ended } = await store.read()
  const accounts = new Map<Address, ChannelAccount>()
  const known = new Map<Hex, LeaseBook>(leases.map((book) => [book.leaseId, book]))
  const turns = new Map<Address, Promise<unknown>>()
  for (const book of channels) {
    accounts.set(book.tenant, { book, ended: ended.get(book.tenant) ?? 0n, leases: new Map() })
  }

  /** One that was not met before begins with what the escrow has paid already. */
  async function viewOf(tenant: Address): Promise<{ account: ChannelAccount; channel: ChannelView }> {
    const account = accounts.get(tenant)
    if (account?.view !== undefined && now() - account.view.readAtMs < viewGoodMs && isMet(account)) {
      return { account, channel: account.view.channel }
    }
    try {
      const channel = await chain.channel(tenant)
      const met = account ?? newAccount(tenant)
      met.view = { channel, readAtMs: now() }
      if (!isMet(met)) {
        const book = { ...met.book, base: channel.redeemed, waitingSince: Math.floor(now() / 1000) }
        await store.saveChannel(book)
        met.book = book
      }
      return { account: met, channel }
    } catch (error) {
      if (account?.view === undefined || !isSubletError(error, 'chain.unreachable')) throw error
      return { account, channel: account.view.channel }
    }
  }

  function newAccount(tenant: Address): ChannelAccount {
    const account = {
      book: { tenant, base: 0n, heldTotal: 0n, waitingSince: 0 },
      ended: 0n,
      leases: new Map(),
    }
    accounts.set(tenant, account)
    return account
  }

  return {
    all: () => [...accounts.values()],
    inTurn(tenant, work) {
      const turn = (turns.get(tenant) ?? Promise.resolve()).then(async () => {
        const { account, channel } = await viewOf(tenant)
        return await work(account, channel)
      })
      turns.set(
        tenant,
        turn.catch(() => undefined),
      )
      return turn
    },
    enter(leaseId, agreement, intervalSeconds) {
      const account = accounts.get(agreement.tenant) ?? newAccount(agreement.tenant)
      const standing = account.leases.get(leaseId)
      if (standing !== undefined) return standing
      const resumed = known.get(leaseId)
      const book = resumed ?? {
        leaseId,
        tenant: agreement.tenant,
        granted: 0n,
        creditSeconds: 0,
      }
      known.delete(leaseId)
      const lease: LiveLease = {
        book,
        agreement,
        intervalSeconds,
        noticeEndsAt: 0,
        patientUntilMs: resumed === undefined ? 0 : now() + patienceMs,
        word: Promise.resolve(),
        wake: () => undefined,
      }
      listen(lease)
      account.leases.set(leaseId, lease)
      return lease
    },
    leave(leaseId, tenant) {
      const account = accounts.get(tenant)
      const lease = account?.leases.get(leaseId)
      if (account === undefined || lease === undefined) return
      account.ended += costOf(lease.book)
      account.leases.delete(leaseId)
    },
    async saveChannel(account, book) {
      await store.saveChannel(book)
      account.book = book
    },
    async saveLease(lease, book) {
      await store.saveLease(book)
      lease.book = book
      lease.wake()
      listen(lease)
    },
  }
}

function listen(lease: LiveLease): void {
  lease.word = new Promise((resolve) => {
    lease.wake = resolve
  })
}

const isMet = ({ book }: ChannelAccount) => book.waitingSince !== 0

/** What a lease takes of its channel. */
function costOf({ charged, granted }: LeaseBook): bigint {
  return charged ?? granted
}

/** What all leases of a channel have taken since its beginning. */
export function billedOf({ book, ended, leases }: ChannelAccount): bigint {
  return [...leases.values()].reduce((sum, lease) => sum + costOf(lease.book), book.base + ended)
}

export function factsOf(
  account: ChannelAccount,
  { book, agreement, intervalSeconds }: LiveLease,
  channel: ChannelView,
  now: number,
): VoucherFacts {
  return {
    ratePerHour: agreement.ratePerHour,
    maxDuration: agreement.maxDuration,
    intervalSeconds,
    openedAt: book.openedAt,
    creditSeconds: book.creditSeconds,
    granted: book.granted,
    billed: billedOf(account),
    heldTotal: account.book.heldTotal,
    channel,
    now,
  }
}

/** What the tenant is told of the payment. */
export function voucherStateOf(account: ChannelAccount, lease: LiveLease, step: VoucherStep): VoucherState {
  const { heldTotal, heldSignature } = account.book
  const { openedAt } = lease.book
  return {
    ...(step.kind === 'ask' ? { askedTotal: step.total } : {}),
    ...(heldSignature === undefined ? {} : { held: { total: heldTotal, signature: heldSignature } }),
    paidUntil: openedAt === undefined ? 0 : moneyEndsAt(moneyOf(lease, openedAt)),
  }
}

/** The lease's money as the escrow would tell it: what was granted counts as topped up. */
export function moneyOf({ book, agreement, noticeEndsAt }: LiveLease, openedAt: number) {
  return {
    agreement,
    chain: {
      leaseId: book.leaseId,
      status: book.charged === undefined ? ('open' as const) : ('closed' as const),
      openedAt,
      toppedUp: book.granted,
      drawn: 0n,
      creditSeconds: book.creditSeconds,
      noticeEndsAt,
      endedAt: 0,
      // Nothing is drawn from it, so nothing is kept back.
      noticeSeconds: 0,
    },
  }
}
