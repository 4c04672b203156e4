import { join } from 'node:path'
import { readNetworkAddresses } from '@sublet/contracts/node'
import { type Address, accrued, type Hex, type LeaseHistoryEvent } from '@sublet/protocol'
import { createChainClient } from '@sublet/sdk'

/** What the chain wrote down about one lease. */
export interface BookedLease {
  leaseId: Hex
  opened: number
  closed: number
  /** Everything paid to anybody so far. */
  paid: bigint
  /** What the rate gives from its first second to its last; endless while it is open. */
  mostOwed: bigint | undefined
}

export interface ChainBooks {
  leases: BookedLease[]
  /** All that the tenant has, in its wallet and free in the escrow. */
  tenantHas: bigint
}

/** Reads a network's chain as a stranger would, by the addresses in its folder. */
export async function readChainBooks(
  rpcUrl: string,
  { dataDir, provider, tenant }: { dataDir: string; provider: Address; tenant: Address },
): Promise<ChainBooks> {
  const addresses = await readNetworkAddresses(join(dataDir, 'chain', 'addresses.json'))
  if (addresses === undefined) throw new Error('the folder knows of no contracts')
  const chain = await createChainClient({ rpcUrl, addresses })
  const [histories, inWallet, inEscrow] = await Promise.all([
    chain.histories({ provider }),
    chain.tokenBalance(tenant),
    chain.escrowBalance(tenant),
  ])
  return {
    leases: [...histories].map(([leaseId, history]) => bookedLease(leaseId, history)),
    tenantHas: inWallet + inEscrow,
  }
}

function bookedLease(leaseId: Hex, history: readonly LeaseHistoryEvent[]): BookedLease {
  const opening = history.find((event) => event.kind === 'opened')
  const closing = history.find((event) => event.kind === 'closed')
  let paid = 0n
  let deposit = opening?.agreement.deposit ?? 0n
  for (const event of history) {
    if (event.kind === 'drawn') paid += event.toProvider + event.indexerFee + event.treasuryFee
    if (event.kind === 'closed') paid += event.toProvider + event.fees
    if (event.kind === 'topped-up') deposit += event.amount
  }
  const count = (kind: LeaseHistoryEvent['kind']) => history.filter((event) => event.kind === kind).length
  return {
    leaseId,
    opened: count('opened'),
    closed: count('closed'),
    paid,
    mostOwed:
      opening === undefined || closing === undefined
        ? undefined
        : accrued(
            {
              ratePerHour: opening.agreement.ratePerHour,
              deposit,
              openedAt: opening.atSeconds,
              maxDuration: opening.agreement.maxDuration,
            },
            closing.atSeconds,
          ),
  }
}
