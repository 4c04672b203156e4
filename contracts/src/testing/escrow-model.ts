import type { Agreement } from '@sublet/protocol'
import type { Address, Hex } from 'viem'

/**
 * What the escrow should do, written from its description and not from its code: the same calls, on plain data. An action
 * that the escrow must refuse gives the name of its error and changes nothing.
 */
export interface ModelLease {
  agreement: Agreement
  status: 'open' | 'closed' | 'cancelled'
  openedAt: bigint
  toppedUp: bigint
  paid: bigint
  creditSeconds: bigint
  noticeEndsAt: bigint
  /** When it had ended, where a credit came only afterwards. */
  endedAt: bigint | undefined
  /** As it was at opening. */
  noticeSeconds: bigint
}

export interface ModelChannel {
  collateral: bigint
  redeemed: bigint
  unlockAt: bigint
}

export interface EscrowModel {
  feeBps: bigint
  noticeSeconds: bigint
  balances: Map<Address, bigint>
  fees: bigint
  /** By `${tenant} ${salt}`. */
  leases: Map<string, ModelLease>
  /** By `${tenant} ${provider}`. */
  channels: Map<string, ModelChannel>
}

export type Action =
  | { kind: 'depositFor'; account: Address; amount: bigint }
  | { kind: 'withdraw'; sender: Address; amount: bigint }
  | { kind: 'open'; agreement: Agreement }
  | { kind: 'cancel'; sender: Address; salt: Hex }
  | { kind: 'topUp'; sender: Address; agreement: Agreement; amount: bigint }
  | { kind: 'withdrawLease'; agreement: Agreement }
  | { kind: 'giveNotice'; sender: Address; agreement: Agreement }
  | { kind: 'credit'; agreement: Agreement; seconds: bigint }
  /** By the checkers, who may name more than there is. */
  | { kind: 'verdict'; agreement: Agreement; seconds: bigint }
  | { kind: 'close'; sender: Address; agreement: Agreement }
  | { kind: 'settle'; agreement: Agreement; amount: bigint; until: bigint }
  | { kind: 'fundChannel'; sender: Address; provider: Address; amount: bigint }
  | { kind: 'redeem'; tenant: Address; provider: Address; total: bigint }
  | { kind: 'requestUnlock'; sender: Address; provider: Address }
  | { kind: 'unlock'; sender: Address; provider: Address }

export const unlockDelaySeconds = 86_400n
const secondsPerHour = 3600n
const endOfTime = 2n ** 40n - 1n

export function createEscrowModel(feeBps: bigint, noticeSeconds: bigint): EscrowModel {
  return { feeBps, noticeSeconds, balances: new Map(), fees: 0n, leases: new Map(), channels: new Map() }
}

export const balanceIn = (model: EscrowModel, account: Address) => model.balances.get(account) ?? 0n
export const leaseKey = (tenant: Address, salt: Hex) => `${tenant} ${salt}`
const smaller = (a: bigint, b: bigint) => (a < b ? a : b)
const larger = (a: bigint, b: bigint) => (a < b ? b : a)

function add(model: EscrowModel, account: Address, amount: bigint): void {
  model.balances.set(account, balanceIn(model, account) + amount)
}

/** What a lease may ever pay. */
const totalOf = (lease: ModelLease) => lease.agreement.deposit + lease.toppedUp

/** The first second that is not paid for. What is credited while a lease runs makes its money last longer, and what is credited later does not. */
export function endOf(lease: ModelLease): bigint {
  if (lease.endedAt !== undefined) return lease.endedAt
  const { ratePerHour, maxDuration } = lease.agreement
  const byDuration = maxDuration === 0 ? endOfTime : lease.openedAt + BigInt(maxDuration)
  if (ratePerHour === 0n) return byDuration
  const seconds = (totalOf(lease) * secondsPerHour) / ratePerHour
  return smaller(byDuration, lease.openedAt + seconds + lease.creditSeconds)
}

export function accruedOf(lease: ModelLease, now: bigint): bigint {
  const served = smaller(now, endOf(lease)) - lease.openedAt - lease.creditSeconds
  if (served <= 0n) return 0n
  return smaller((lease.agreement.ratePerHour * served) / secondsPerHour, totalOf(lease))
}

/** Pays what lies between two totals: fees are exact on the totals, and round down. */
function pay(model: EscrowModel, { agreement }: ModelLease, from: bigint, to: bigint): void {
  const part = (bps: bigint) => (to * bps) / 10_000n - (from * bps) / 10_000n
  const indexerBps = BigInt(agreement.indexerFeeBps)
  const fees = part(indexerBps + model.feeBps)
  const toIndexer = smaller(part(indexerBps), fees)
  add(model, agreement.indexer, toIndexer)
  model.fees += fees - toIndexer
  add(model, agreement.provider, to - from - fees)
}

function finish(model: EscrowModel, lease: ModelLease, total: bigint): void {
  pay(model, lease, lease.paid, total)
  add(model, lease.agreement.tenant, totalOf(lease) - total)
  lease.status = 'closed'
}

/** Does an action at an instant (unix seconds). */
export function act(model: EscrowModel, action: Action, now: bigint): string | undefined {
  switch (action.kind) {
    case 'depositFor':
      if (action.amount === 0n) return 'ZeroAmount'
      add(model, action.account, action.amount)
      return undefined
    case 'withdraw':
      if (action.amount === 0n) return 'ZeroAmount'
      if (action.amount > balanceIn(model, action.sender)) return 'InsufficientBalance'
      add(model, action.sender, -action.amount)
      return undefined
    case 'open':
      return open(model, action.agreement, now)
    case 'cancel': {
      const key = leaseKey(action.sender, action.salt)
      if (model.leases.has(key)) return 'LeaseExists'
      model.leases.set(key, { ...emptyLease, status: 'cancelled' })
      return undefined
    }
    case 'fundChannel':
    case 'redeem':
    case 'requestUnlock':
    case 'unlock':
      return actOnChannel(model, action, now)
    default:
      return actOnLease(model, action, now)
  }
}

const nobody = '0x0000000000000000000000000000000000000000'
const emptyLease: ModelLease = {
  agreement: {
    tenant: nobody,
    provider: nobody,
    indexer: nobody,
    token: nobody,
    ratePerHour: 0n,
    deposit: 0n,
    maxDuration: 0,
    indexerFeeBps: 0,
    termsHash: '0x',
    salt: '0x',
    startBy: 0,
  },
  status: 'open',
  openedAt: 0n,
  toppedUp: 0n,
  paid: 0n,
  creditSeconds: 0n,
  noticeEndsAt: 0n,
  endedAt: undefined,
  noticeSeconds: 0n,
}

function open(model: EscrowModel, agreement: Agreement, now: bigint): string | undefined {
  if (now > BigInt(agreement.startBy)) return 'AgreementExpired'
  if (BigInt(agreement.indexerFeeBps) + model.feeBps > 10_000n) return 'FeesTooHigh'
  if (agreement.deposit * secondsPerHour < agreement.ratePerHour) return 'AgreementInvalid'
  const key = leaseKey(agreement.tenant, agreement.salt)
  if (model.leases.has(key)) return 'LeaseExists'
  if (balanceIn(model, agreement.tenant) < agreement.deposit) return 'InsufficientBalance'
  add(model, agreement.tenant, -agreement.deposit)
  model.leases.set(key, { ...emptyLease, agreement, openedAt: now, noticeSeconds: model.noticeSeconds })
  return undefined
}

type LeaseAction = Extract<Action, { agreement: Agreement }>
type ChannelAction = Extract<Action, { kind: 'fundChannel' | 'redeem' | 'requestUnlock' | 'unlock' }>

function actOnLease(model: EscrowModel, action: LeaseAction, now: bigint): string | undefined {
  const { agreement } = action
  if (action.kind === 'giveNotice' && action.sender !== agreement.provider) return 'NotAuthorised'
  if (action.kind === 'topUp' && action.amount === 0n) return 'ZeroAmount'
  if (action.kind === 'settle' && now > action.until) return 'SettlementExpired'
  const lease = model.leases.get(leaseKey(agreement.tenant, agreement.salt))
  if (lease?.status !== 'open') return 'LeaseNotOpen'
  if (lease.agreement !== agreement) return 'AgreementMismatch'
  const end = endOf(lease)
  const accrued = accruedOf(lease, now)
  switch (action.kind) {
    case 'topUp':
      if (now >= end) return 'LeaseEnded'
      if (balanceIn(model, action.sender) < action.amount) return 'InsufficientBalance'
      add(model, action.sender, -action.amount)
      lease.toppedUp += action.amount
      return undefined
    case 'withdrawLease':
      return draw(model, lease, accrued - penaltyOf(lease, now))
    case 'giveNotice':
      if (lease.noticeEndsAt !== 0n) return 'NoticeAlreadyGiven'
      lease.noticeEndsAt = now + lease.noticeSeconds
      return undefined
    case 'credit':
      if (action.seconds <= lease.creditSeconds) return 'CreditOutOfRange'
      if (action.seconds > smaller(now, end) - lease.openedAt) return 'CreditOutOfRange'
      credit(lease, action.seconds, now)
      return undefined
    case 'verdict': {
      const seconds = smaller(action.seconds, smaller(now, end) - lease.openedAt)
      if (seconds > lease.creditSeconds) credit(lease, seconds, now)
      return undefined
    }
    case 'settle':
      if (action.amount < lease.paid || action.amount > accrued) return 'SettlementOutOfRange'
      finish(model, lease, action.amount)
      return undefined
    case 'close':
      return close(model, lease, action.sender, larger(accrued, lease.paid), now)
    default:
      throw new Error(`no such action: ${action.kind}`)
  }
}

function credit(lease: ModelLease, seconds: bigint, now: bigint): void {
  if (now >= endOf(lease)) lease.endedAt = endOf(lease)
  lease.creditSeconds = seconds
}

/** A provider that leaves early pays for the notice that it did not keep, as far as the lease would have run. */
function penaltyOf(lease: ModelLease, now: bigint): bigint {
  const missing = lease.noticeEndsAt === 0n ? lease.noticeSeconds : lease.noticeEndsAt - now
  const left = larger(0n, smaller(missing, endOf(lease) - now))
  return (lease.agreement.ratePerHour * left) / secondsPerHour
}

/** Pays what is due, but for what a break would cost. */
function draw(model: EscrowModel, lease: ModelLease, due: bigint): string | undefined {
  if (due <= lease.paid) return 'ZeroAmount'
  pay(model, lease, lease.paid, due)
  lease.paid = due
  return undefined
}

function close(
  model: EscrowModel,
  lease: ModelLease,
  sender: Address,
  total: bigint,
  now: bigint,
): string | undefined {
  const { tenant, provider } = lease.agreement
  const end = endOf(lease)
  const noticeIsOver = lease.noticeEndsAt !== 0n && now >= lease.noticeEndsAt
  if (now >= end || sender === tenant || noticeIsOver) {
    finish(model, lease, total)
    return undefined
  }
  if (sender !== provider) return 'LeaseStillFunded'
  const penalty = penaltyOf(lease, now)
  const fromPay = smaller(penalty, total - lease.paid)
  const fromBalance = smaller(penalty - fromPay, balanceIn(model, provider))
  add(model, provider, -fromBalance)
  add(model, tenant, fromBalance)
  finish(model, lease, total - fromPay)
  return undefined
}

function actOnChannel(model: EscrowModel, action: ChannelAction, now: bigint): string | undefined {
  const tenant = action.kind === 'redeem' ? action.tenant : action.sender
  const key = `${tenant} ${action.provider}`
  const channel = model.channels.get(key) ?? { collateral: 0n, redeemed: 0n, unlockAt: 0n }
  switch (action.kind) {
    case 'fundChannel':
      if (action.amount === 0n) return 'ZeroAmount'
      if (balanceIn(model, tenant) < action.amount) return 'InsufficientBalance'
      add(model, tenant, -action.amount)
      model.channels.set(key, { ...channel, collateral: channel.collateral + action.amount, unlockAt: 0n })
      return undefined
    case 'redeem': {
      if (action.total <= channel.redeemed) return undefined
      const paid = smaller(action.total - channel.redeemed, channel.collateral)
      const redeemed = channel.redeemed + paid
      const fee = (redeemed * model.feeBps) / 10_000n - (channel.redeemed * model.feeBps) / 10_000n
      add(model, action.provider, paid - fee)
      model.fees += fee
      model.channels.set(key, { ...channel, redeemed, collateral: channel.collateral - paid })
      return undefined
    }
    case 'requestUnlock':
      if (channel.collateral === 0n) return 'ZeroAmount'
      model.channels.set(key, { ...channel, unlockAt: now + unlockDelaySeconds })
      return undefined
    case 'unlock':
      if (channel.unlockAt === 0n) return 'UnlockNotRequested'
      if (now < channel.unlockAt) return 'UnlockTooEarly'
      add(model, tenant, channel.collateral)
      model.channels.set(key, { ...channel, collateral: 0n, unlockAt: 0n })
      return undefined
  }
}
