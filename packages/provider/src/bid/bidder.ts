import {
  type Address,
  agreementTypedData,
  type Bid,
  type BidRequest,
  leaseIdOf,
  orderHashOf,
  SubletError,
  statementTypedData,
} from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LocalAccount } from 'viem'
import type { LeaseChain } from '../chain/lease-chain.ts'
import type { Journal } from '../journal/journal.ts'
import type { Sleep } from '../lease/patience.ts'
import type { Pricing } from '../pricing/pricing.ts'
import { type BidFacts, type BidLimits, decideBid } from './decide-bid.ts'
import type { Holdings } from './holdings.ts'
import { type MoneyChain, readTenantMoney } from './tenant-money.ts'

export interface BidderParts {
  account: LocalAccount
  chain: Pick<LeaseChain, 'domain' | 'isSignedBy'> & MoneyChain
  journal: Pick<Journal, 'reserve' | 'unreserve'>
  holdings: Holdings
  /** The ask of this moment, unsigned, without what the given lease holds. */
  currentAsk: (without: `0x${string}`) => Pick<BidFacts, 'ask' | 'freeDevices' | 'storagePools'>
  /** What the owner wants for one order; absent where the ask's price counts for all. */
  rateOf?: Pricing['rateOf']
  canRun: (image: string) => boolean
  /** Told of every order whose signature is good, won or lost. */
  saw?: (order: BidRequest['signedOrder']['order']) => void
  limits: BidLimits
  /** Tenants whose own machine this is. */
  ownTenants: readonly Address[]
  log: Log
  now: () => number
  sleep: Sleep
  onChange: () => void
}

export interface Bidder {
  /** Throws `bid.declined` with the exclusion in its details, or `signature.invalid`. */
  bid(request: BidRequest): Promise<Bid>
}

export function createBidder(parts: BidderParts): Bidder {
  const { account, chain, journal, holdings, ownTenants, limits, log, now } = parts
  return {
    async bid({ signedOrder: { order, signature }, indexer, indexerFeeBps, ratePerHour }) {
      const typedData = statementTypedData('order', order, chain.domain)
      if (!(await chain.isSignedBy(order.tenant, typedData, signature))) {
        throw new SubletError('signature.invalid', `${order.tenant} did not sign this order.`)
      }
      parts.saw?.(order)
      const leaseId = leaseIdOf(order.tenant, order.salt)
      // Before the decision, which nothing may come into: a program may take its time.
      const [orderRate, tenantMoney] = await Promise.all([
        parts.rateOf?.(order, parts.currentAsk(leaseId).ask),
        readTenantMoney(chain, order, parts.sleep),
      ])
      // Another indexer may bring the same order; one reservation serves both, for only one lease can come of it.
      if (holdings.holds(leaseId) && holdings.reservation(leaseId) === undefined) {
        throw declined('A lease with this salt is running already.')
      }
      const current = parts.currentAsk(leaseId)
      const decision = decideBid({
        order,
        ...current,
        orderRate,
        indexer,
        indexerFeeBps,
        runnerUpRatePerHour: ratePerHour,
        tenantMoney,
        standingBids: ownTenants.includes(order.tenant)
          ? undefined
          : holdings.reservationsOf(order.tenant, leaseId),
        limits,
        canRun: parts.canRun,
        nowMs: now(),
      })
      if (!decision.bid) {
        log.debug({ leaseId, reason: decision.exclusion.reason }, 'declined')
        throw declined(decision.exclusion.message, decision.exclusion)
      }
      const { agreement, allocation, expiresAtMs } = decision
      // In memory first, at once: nothing may come between the decision and the claim.
      holdings.reserve(leaseId, allocation, expiresAtMs, order.tenant)
      parts.onChange()
      const orderHash = orderHashOf(order)
      const [providerSignature] = await Promise.all([
        account.signTypedData(agreementTypedData(agreement, chain.domain)),
        journal.reserve({ leaseId, orderHash, allocation, expiresAtMs }),
      ]).catch((error: unknown) => {
        holdings.release(leaseId)
        throw error
      })
      log.info({ leaseId, tenant: order.tenant, ratePerHour: String(agreement.ratePerHour) }, 'bid')
      return {
        orderHash,
        provider: agreement.provider,
        agreement,
        providerSignature,
        hardware: allocation.hardware,
        region: current.ask.region,
        expiresAtMs,
      }
    },
  }
}

function declined(message: string, exclusion?: object): SubletError {
  return new SubletError('bid.declined', message, exclusion === undefined ? {} : { details: { exclusion } })
}
