import {
  accrued,
  chargedUntilMs,
  type Deployment,
  type DeploymentGroup,
  depositOf,
  fundedUntil,
  isEnded,
  type LeaseMoney,
  type LeaseStatus,
} from '@sublet/protocol'

/** What a lease costs at one instant, and how long its money lasts. Amounts in token base units. */
export interface LeaseCost {
  /** `pending`: not opened, costs nothing. `running`: grows. `settled`: what the chain paid out. */
  state: 'pending' | 'running' | 'settled'
  ratePerHour: bigint
  deposit: bigint
  cost: bigint
  remaining: bigint
  /** Unix seconds; absent while pending. */
  fundedUntil: number | undefined
  paidSeconds: number
}

/** The bid that became the group's lease, if it is still listed. */
export function acceptedBid(group: DeploymentGroup) {
  const { provider, lease } = group
  if (provider === undefined) return undefined
  return group.bids.find(
    (bid) => bid.provider === provider && (lease === undefined || bid.agreement.deposit === lease.deposit),
  )
}

/** Exactly what the escrow would say: whole seconds since the chain's opening, never past the deposit. */
export function leaseCost(lease: LeaseStatus, maxDuration: number, nowMs: number): LeaseCost {
  const { ratePerHour, openedAt } = lease
  const deposit = depositOf(lease)
  const base = { ratePerHour, deposit }
  if (lease.paid !== undefined) {
    const remaining = lease.refunded ?? 0n
    const paidSeconds = ratePerHour === 0n ? 0 : Number((lease.paid * 3600n) / ratePerHour)
    return { ...base, state: 'settled', cost: lease.paid, remaining, fundedUntil: undefined, paidSeconds }
  }
  if (openedAt === undefined) {
    return { ...base, state: 'pending', cost: 0n, remaining: deposit, fundedUntil: undefined, paidSeconds: 0 }
  }
  const money: LeaseMoney = { ratePerHour, deposit, openedAt, maxDuration }
  const end = fundedUntil(money)
  const until = Math.floor(chargedUntilMs(lease, nowMs) / 1000)
  const cost = accrued(money, until)
  const paidSeconds = Math.max(0, Math.min(until, end) - openedAt)
  const state = isEnded(lease.phase) ? 'settled' : 'running'
  return { ...base, state, cost, remaining: deposit - cost, fundedUntil: end, paidSeconds }
}

export function groupCost(group: DeploymentGroup, nowMs: number): LeaseCost | undefined {
  if (group.lease === undefined) return undefined
  return leaseCost(group.lease, acceptedBid(group)?.agreement.maxDuration ?? 0, nowMs)
}

export interface DeploymentCost {
  /** Of the leases that cost money now. */
  ratePerHour: bigint
  cost: bigint
  running: boolean
}

/** All leases of a deployment together. */
export function deploymentCost(deployment: Deployment, nowMs: number): DeploymentCost {
  const costs = deployment.groups.flatMap((group) => groupCost(group, nowMs) ?? [])
  const running = costs.filter(({ state }) => state === 'running')
  return {
    ratePerHour: running.reduce((sum, { ratePerHour }) => sum + ratePerHour, 0n),
    cost: costs.reduce((sum, { cost }) => sum + cost, 0n),
    running: running.length > 0,
  }
}
