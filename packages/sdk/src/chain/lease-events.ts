import { closeReasons, escrowAbi, type NetworkAddresses } from '@sublet/contracts'
import type { Address, Agreement, Hex } from '@sublet/protocol'
import type { PublicClient } from 'viem'
import type { LeaseOpening, Settlement } from './chain-lease.ts'

const lower = <T extends Hex>(text: T) => text.toLowerCase() as T

/** How a lease was opened; undefined when it was not. */
export async function readOpening(
  publicClient: PublicClient,
  { escrow, deployedAtBlock }: NetworkAddresses,
  leaseId: Hex,
): Promise<LeaseOpening | undefined> {
  const [event] = await publicClient.getContractEvents({
    address: escrow,
    abi: escrowAbi,
    eventName: 'LeaseOpened',
    args: { leaseId },
    fromBlock: deployedAtBlock,
    strict: true,
  })
  if (event === undefined) return undefined
  return { agreement: plainAgreement(event.args.agreement), transaction: event.transactionHash }
}

/** An agreement as events carry it, in the lower case that is ours. */
export function plainAgreement(agreement: Agreement): Agreement {
  return {
    ...agreement,
    tenant: lower(agreement.tenant),
    provider: lower(agreement.provider),
    indexer: lower(agreement.indexer),
    token: lower(agreement.token as Address),
    termsHash: lower(agreement.termsHash),
    salt: lower(agreement.salt),
  }
}

/** What a closed lease cost and gave back; undefined when there is no such event. */
export async function readSettlement(
  publicClient: PublicClient,
  addresses: NetworkAddresses,
  leaseId: Hex,
  toppedUp: bigint,
): Promise<Settlement | undefined> {
  const [events, opening] = await Promise.all([
    publicClient.getContractEvents({
      address: addresses.escrow,
      abi: escrowAbi,
      eventName: 'LeaseClosed',
      args: { leaseId },
      fromBlock: addresses.deployedAtBlock,
      strict: true,
    }),
    readOpening(publicClient, addresses, leaseId),
  ])
  const [closed] = events
  if (closed === undefined || opening === undefined) return undefined
  const { refunded, reason } = closed.args
  const spent = opening.agreement.deposit + toppedUp - refunded
  return {
    transaction: closed.transactionHash,
    reason: closeReasons[reason] ?? 'settled',
    // A provider's penalty can make the refund larger than the deposit.
    paid: spent > 0n ? spent : 0n,
    refunded,
  }
}
