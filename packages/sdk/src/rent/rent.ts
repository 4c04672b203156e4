import {
  type Address,
  agreementTypedData,
  type Bid,
  type Group,
  type Hex,
  isPaidByVouchers,
  leaseIdOf,
  type Manifest,
  type Order,
  orderFor,
  orderHashOf,
  type SignedOrder,
  statementTypedData,
  type Workload,
} from '@sublet/protocol'
import type { ChainClient } from '../chain/chain-client.ts'
import type { IndexerClient } from '../indexer/create-indexer-client.ts'
import type { OpenProvider } from '../provider/open-provider.ts'
import type { Signer } from '../provider/session-keeper.ts'
import { wait as waitByTimer } from '../stream/wait.ts'
import type { VoucherPayer } from '../voucher/create-voucher-payer.ts'
import { createBidBook } from './bid-book.ts'
import { defaultMaxRatePerHour } from './default-rate.ts'
import { listenToMarket } from './listen-to-market.ts'
import type { RentEvent, Rented } from './rent-event.ts'
import { takeOffer } from './take-offer.ts'

export interface RentParameters {
  workload: Workload
  /** The group of the workload that this lease runs. */
  group: Group
  /** The tenant's wallet: signs the order, the agreement and one session for the provider. */
  account: Signer
  chain: RentChain
  /** All are asked at once. */
  indexers: readonly IndexerClient[]
  /** Speaks to a provider through the relay of the indexer that brought its bid; see `createProviderOpener`. */
  openProvider: OpenProvider
  /** Name of the deployment, for labels and host names. The workload's unless given. */
  deployment?: string | undefined
  /** Values by name, for the secrets that the group refers to. They travel in the sealed manifest alone. */
  secrets?: Readonly<Record<string, string>> | undefined
  /** Token base units per hour. The group's own, or `defaultMaxRatePerHour`, unless given. */
  maxRatePerHour?: bigint | undefined
  /** Seconds of service that are set aside at opening; an hour by default. */
  depositSeconds?: number | undefined
  /** Pays by vouchers instead of opening the lease on chain: for short jobs. */
  vouchers?: VoucherPayer | undefined
  /** Seconds that a provider has to be ready; ten minutes by default. */
  startWithinSeconds?: number | undefined
  /** Providers not to be asked. */
  exclude?: readonly Address[] | undefined
  /** The lease's number. Random unless given; give the same one again to go on with an order that was interrupted. */
  salt?: Hex | undefined
  /** A person's choice, where the policy leaves it to one. */
  pick?: ((signal: AbortSignal) => Promise<Address>) | undefined
  /** The most that an indexer may take, in hundredths of a percent; a tenth by default. */
  maxIndexerFeeBps?: number | undefined
  signal?: AbortSignal | undefined
  /** Milliseconds since 1970. */
  now: () => number
  /** So many random bytes. */
  random: (bytes: number) => Uint8Array
  wait?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined
}

/** What renting needs of the chain. */
export type RentChain = Pick<ChainClient, 'domain' | 'token' | 'tokenDecimals' | 'isSignedBy' | 'forbidLease'>

/** Seconds of service that are set aside unless said otherwise. */
export const defaultDepositSeconds = 3600
const defaultStartWithinSeconds = 600
const defaultMaxIndexerFeeBps = 1000
/** An order is answered in seconds; a person who picks needs longer. */
const orderLifetimeMs = 10 * 60_000

/**
 * Rents one lease: orders, compares bids, signs with the best, sends the manifest, and follows the start. A bid that
 * comes to nothing is followed by the next best. Returns once the lease is open.
 *
 * Throws `order.no-match` or `order.no-bids` with every provider's reason, `indexer.unreachable` when no indexer
 * answers, `bid.expired` when nobody picked in time, and otherwise the reason of the last bid that failed.
 *
 * @example
 * const renting = rent({ workload, group, account, chain, indexers, openProvider, now: Date.now, random })
 * let step = await renting.next()
 * for (; !step.done; step = await renting.next()) console.log(step.value.type)
 * console.log(step.value.lease.endpoints)
 */
export async function* rent(parameters: RentParameters): AsyncGenerator<RentEvent, Rented> {
  const { chain, indexers, now, wait = waitByTimer } = parameters
  const signedOrder = await signOrder(parameters)
  const { order } = signedOrder
  const orderHash = orderHashOf(order)
  const leaseId = leaseIdOf(order.tenant, order.salt)
  yield { type: 'ordering', orderHash, order, leaseId }

  const stop = new AbortController()
  const signal =
    parameters.signal === undefined ? stop.signal : AbortSignal.any([parameters.signal, stop.signal])
  const book = createBidBook({
    order,
    orderHash,
    indexers: indexers.length,
    maxIndexerFeeBps: parameters.maxIndexerFeeBps ?? defaultMaxIndexerFeeBps,
    postedAtMs: now(),
    isSigned: (bid) =>
      chain.isSignedBy(bid.provider, agreementTypedData(bid.agreement, chain.domain), bid.providerSignature),
  })
  const openings = prepareOpenings(parameters.openProvider)
  const market = listenToMarket(indexers, signedOrder, signal)
  try {
    let next = market.next()
    let picked: Promise<Address> | undefined
    let shownBids = -1
    while (true) {
      signal.throwIfAborted()
      const choice = book.choose(now())
      if (choice.kind === 'none') {
        if (book.isUnsure) {
          yield { type: 'cancelling', salt: order.salt }
          await chain.forbidLease(order.salt)
        }
        throw book.failure(now())
      }
      if (choice.kind === 'accept') {
        const { bid } = choice
        const relayUrl = book.relayOf(bid)
        const manifest = await signManifest(parameters, bid)
        yield { type: 'offering', bid, leaseId, manifest, relayUrl }
        const outcome = yield* takeOffer({
          ...parameters,
          openProvider: openings.open,
          wait,
          bid,
          leaseId,
          manifest,
          relayUrl,
          signal,
        })
        if ('lease' in outcome) return { lease: outcome.lease, bid, order, relayUrl }
        book.fail(bid, outcome)
        yield { type: 'failed', bid, ...outcome }
        continue
      }
      if (choice.kind === 'pick' && shownBids !== book.bids.length) {
        shownBids = book.bids.length
        yield { type: 'picking', bids: book.bids }
      }
      if (choice.kind === 'pick' && picked === undefined) {
        picked = parameters.pick?.(signal)
        picked?.catch(() => {})
      }
      const turn = new AbortController()
      const untilMs = book.nextInstant(choice, now())
      const woken = await Promise.race([
        next,
        ...(book.picked === undefined && picked !== undefined ? [picked] : []),
        ...(untilMs === undefined
          ? []
          : [wait(Math.max(0, untilMs - now()), turn.signal).then(() => 'time' as const)]),
        aborted(signal, turn.signal),
      ]).finally(() => turn.abort())
      if (woken === 'time') continue
      if (typeof woken === 'string') {
        book.pick(woken)
        continue
      }
      if (woken.done === true) {
        book.endOfMarket()
        next = new Promise(() => {})
        continue
      }
      for await (const event of book.hear(woken.value, now())) {
        if (event.type === 'bid' && order.policy.choose !== 'person') {
          openings.prepare({ provider: event.bid.provider, relayUrl: book.relayOf(event.bid) })
        }
        yield event
      }
      next = market.next()
    }
  } finally {
    stop.abort(new Error('the order is no longer wanted'))
    void market.return(undefined).catch(() => {})
  }
}

/** Looks bidders up while other bids are still awaited, so that the chosen one can be spoken to at once. */
function prepareOpenings(openProvider: OpenProvider) {
  const prepared = new Map<Address, ReturnType<OpenProvider>>()
  return {
    prepare(target: Parameters<OpenProvider>[0]): void {
      const opening = openProvider(target)
      // Should it fail, the offer tries again and tells why.
      opening.catch(() => prepared.delete(target.provider))
      prepared.set(target.provider, opening)
    },
    open: ((target) =>
      prepared.get(target.provider) ?? openProvider(target)) satisfies OpenProvider as OpenProvider,
  }
}

async function signOrder(parameters: RentParameters): Promise<SignedOrder> {
  const { workload, group, account, chain, now, random } = parameters
  const createdAtMs = now()
  const order: Order = orderFor(workload, group, {
    tenant: account.address.toLowerCase() as Address,
    chainId: chain.domain.chainId,
    token: chain.token,
    salt: parameters.salt ?? randomSalt(random),
    maxRatePerHour: parameters.maxRatePerHour ?? maxRateOf(group, chain.tokenDecimals),
    depositSeconds: depositSecondsFor(workload, parameters.depositSeconds ?? defaultDepositSeconds),
    startWithinSeconds: parameters.startWithinSeconds ?? defaultStartWithinSeconds,
    ...(parameters.vouchers === undefined ? {} : { payment: 'voucher' as const }),
    createdAtMs,
    expiresAtMs: createdAtMs + orderLifetimeMs,
    exclude: parameters.exclude ?? [],
  })
  const signature = await account.signTypedData(statementTypedData('order', order, chain.domain))
  return { order, signature }
}

/** A number that nobody used before. */
export function randomSalt(random: (bytes: number) => Uint8Array): Hex {
  return `0x${[...random(32)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** The highest rate of a group, token base units per hour: the file's, or the default. */
export function maxRateOf(group: Group, tokenDecimals: number): bigint {
  return group.maxRatePerHour === undefined
    ? defaultMaxRatePerHour(group, tokenDecimals)
    : BigInt(group.maxRatePerHour)
}

/** Money for longer than the workload may run would only lie there. */
export function depositSecondsFor(workload: Workload, depositSeconds: number): number {
  return Math.min(depositSeconds, workload.maxDurationSeconds ?? depositSeconds)
}

async function signManifest(parameters: RentParameters, bid: Bid): Promise<Manifest> {
  const { workload, group, account, chain, vouchers, secrets = {} } = parameters
  return {
    agreement: bid.agreement,
    tenantSignature: await account.signTypedData(agreementTypedData(bid.agreement, chain.domain)),
    providerSignature: bid.providerSignature,
    deployment: parameters.deployment ?? workload.name,
    group,
    ...(workload.serviceLevels === undefined ? {} : { serviceLevels: workload.serviceLevels }),
    ...(vouchers !== undefined && isPaidByVouchers(bid.agreement)
      ? { voucher: { intervalSeconds: vouchers.intervalSeconds } }
      : {}),
    secrets: { ...secrets },
  }
}

/** Rejects when the first signal aborts; the second lets go of it. */
function aborted(signal: AbortSignal, done: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done })
  })
}
