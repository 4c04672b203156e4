import type { Deployment, LeaseStatus } from '@sublet/protocol'
import { dollars, perHour } from '@sublet/protocol'
import { costOf } from '../commands/ps.ts'
import type { Network } from './start-network.ts'

/** What `up --json` prints once everything is there. */
export function upReport(network: Network, deployment: Deployment | undefined) {
  return {
    console: network.consoleUrl,
    controllerUrl: network.controllerUrl,
    token: network.token,
    relayUrl: network.relayUrl,
    rpcUrl: network.rpcUrl,
    runtime: network.runtime,
    ...(network.runtimeLack === undefined ? {} : { runtimeLack: network.runtimeLack }),
    ...(deployment === undefined ? {} : { deployment }),
  }
}

/** What `up --once --json` prints. */
export function onceReport(opened: Deployment, closed: Deployment) {
  const leases = closed.groups.flatMap((group) => (group.lease === undefined ? [] : [group.lease]))
  const orders = opened.groups.map((group) => ({ group: group.name, orderHash: group.orderHash }))
  return {
    order: orders.length === 1 ? orders[0] : orders,
    bids: opened.groups.flatMap((group) => group.bids),
    lease: leases.length === 1 ? leases[0] : leases,
    endpoints: opened.groups.flatMap((group) => group.lease?.endpoints ?? []),
    exitCode: leases.find((lease) => lease.exitCode !== undefined)?.exitCode ?? 0,
    paid: leases.reduce((sum, lease) => sum + (lease.paid ?? 0n), 0n),
    refunded: leases.reduce((sum, lease) => sum + (lease.refunded ?? 0n), 0n),
    timings: closed.timings,
  }
}

/** The lines under a running network: URL, rate, cost so far. */
export function costLines(deployment: Deployment, nowMs: number): string[] {
  return deployment.groups.flatMap((group) => {
    const { lease } = group
    if (lease === undefined) return []
    const urls = lease.endpoints.map(({ url }) => `${url}  `).join('')
    return [`${deployment.name}  ${urls}${costWords(lease, nowMs)}`]
  })
}

/** The first of them, to be written over again and again: without URLs where they do not fit, for a line that wraps stays. */
export function costLine(deployment: Deployment, nowMs: number, columns: number): string {
  const line = costLines(deployment, nowMs).at(0) ?? deployment.message
  if ([...line].length <= columns) return line
  const lease = deployment.groups.find((group) => group.lease !== undefined)?.lease
  const short = lease === undefined ? line : `${deployment.name}  ${costWords(lease, nowMs)}`
  return [...short].slice(0, columns).join('')
}

const costWords = (lease: LeaseStatus, nowMs: number) =>
  `${perHour(lease.ratePerHour)}, ${dollars(costOf(lease, nowMs))} so far`
