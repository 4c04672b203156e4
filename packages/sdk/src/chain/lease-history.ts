import { closeReasons, escrowAbi, type NetworkAddresses } from '@sublet/contracts'
import type { Address, Hex, LeaseHistoryEvent } from '@sublet/protocol'
import type { PublicClient } from 'viem'
import { plainAgreement } from './lease-events.ts'

type Place = { blockNumber: bigint; logIndex: number; transactionHash: Hex }
type Timeless = LeaseHistoryEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'atSeconds' | 'transaction'>
    : never
  : never

/** Everything that the escrow wrote down about one lease, or about all of a provider's, by lease and oldest first. */
export async function readLeaseHistories(
  publicClient: PublicClient,
  { escrow, deployedAtBlock }: NetworkAddresses,
  of: { leaseId: Hex } | { provider: Address },
): Promise<Map<Hex, LeaseHistoryEvent[]>> {
  const range = {
    address: escrow,
    abi: escrowAbi,
    args: of,
    fromBlock: deployedAtBlock,
    strict: true,
  } as const
  const [opened, toppedUp, drawn, credited, noticed, penalised, closed] = await Promise.all([
    publicClient.getContractEvents({ ...range, eventName: 'LeaseOpened' }),
    publicClient.getContractEvents({ ...range, eventName: 'LeaseToppedUp' }),
    publicClient.getContractEvents({ ...range, eventName: 'LeaseWithdrawn' }),
    publicClient.getContractEvents({ ...range, eventName: 'LeaseCredited' }),
    publicClient.getContractEvents({ ...range, eventName: 'LeaseNoticeGiven' }),
    publicClient.getContractEvents({ ...range, eventName: 'ProviderPenalised' }),
    publicClient.getContractEvents({ ...range, eventName: 'LeaseClosed' }),
  ])
  const found: { leaseId: Hex; place: Place; event: Timeless }[] = []
  const take = <Log extends Place & { args: { leaseId: Hex } }>(
    logs: readonly Log[],
    read: (args: Log['args']) => Timeless,
  ) => {
    for (const log of logs) found.push({ leaseId: log.args.leaseId, place: log, event: read(log.args) })
  }
  take(opened, ({ agreement, treasuryFeeBps }) => ({
    kind: 'opened',
    agreement: plainAgreement(agreement),
    treasuryFeeBps,
  }))
  take(toppedUp, ({ amount }) => ({ kind: 'topped-up', amount }))
  take(drawn, ({ paidToProvider, indexerFee, treasuryFee }) => ({
    kind: 'drawn',
    toProvider: paidToProvider,
    indexerFee,
    treasuryFee,
  }))
  take(credited, ({ creditSeconds }) => ({ kind: 'credited', creditSeconds }))
  take(noticed, ({ noticeEndsAt }) => ({ kind: 'notice-given', noticeEndsAt }))
  take(penalised, ({ penalty }) => ({ kind: 'penalised', penalty }))
  take(closed, ({ paidToProvider, fees, refunded, reason }) => ({
    kind: 'closed',
    toProvider: paidToProvider,
    fees,
    refunded,
    reason: closeReasons[reason] ?? 'settled',
  }))
  found.sort(
    (a, b) => Number(a.place.blockNumber - b.place.blockNumber) || a.place.logIndex - b.place.logIndex,
  )
  const times = await timesOf(
    publicClient,
    found.map(({ place }) => place.blockNumber),
  )
  const histories = new Map<Hex, LeaseHistoryEvent[]>()
  for (const { leaseId, place, event } of found) {
    const dated = {
      ...event,
      atSeconds: times.get(place.blockNumber) ?? 0,
      transaction: place.transactionHash,
    } as LeaseHistoryEvent
    const history = histories.get(leaseId)
    if (history === undefined) histories.set(leaseId, [dated])
    else history.push(dated)
  }
  return histories
}

async function timesOf(publicClient: PublicClient, blocks: readonly bigint[]): Promise<Map<bigint, number>> {
  const times = new Map<bigint, number>()
  for (const blockNumber of new Set(blocks)) {
    const { timestamp } = await publicClient.getBlock({ blockNumber })
    times.set(blockNumber, Number(timestamp))
  }
  return times
}
