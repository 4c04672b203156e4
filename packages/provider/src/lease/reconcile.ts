import type { Hex, LeasePhase } from '@sublet/protocol'

/** What the journal, the machine and the chain say, each looked at by itself; the journal last but for the chain. */
export interface Views {
  journal: {
    /** Every lease that has not ended, those that lapsed so lately that they may still be opened, and those closed lately. */
    leases: readonly { leaseId: Hex; phase: LeasePhase }[]
    /** Leases to come that devices are kept for. */
    reserved: ReadonlySet<Hex>
  }
  machine: {
    instances: readonly { id: string; leaseId: Hex; service: string }[]
    /** Leases that a share of the machine is counted for. */
    held: ReadonlySet<Hex>
    /** Leases that are looked after, one runner each. */
    lookedAfter: ReadonlySet<Hex>
  }
  /** Those that were asked about and answered: of a lease that is not in it nothing is concluded. */
  chain: ReadonlyMap<Hex, { status: 'none' | 'open' | 'closed' | 'cancelled'; openedAt: number }>
}

export type Mending =
  | { kind: 'remove-instance'; leaseId: Hex; instanceId: string; reason: string }
  | { kind: 'release'; leaseId: Hex; reason: string }
  | { kind: 'resume'; leaseId: Hex; reason: string }
  | { kind: 'settle-late'; leaseId: Hex; openedAt: number; reason: string }
  | { kind: 'settle-again'; leaseId: Hex; reason: string }

/**
 * What must be done so that journal, machine and chain say the same: no instance without a lease, no lease that nobody looks
 * after, no share of the machine for nobody, nothing paid that is not served. The journal is believed where they differ; what
 * a runner does with its own lease is its own.
 */
export function reconcile({ journal, machine, chain }: Views): Mending[] {
  const phases = new Map(journal.leases.map(({ leaseId, phase }) => [leaseId, phase]))
  const isLive = (leaseId: Hex) => {
    const phase = phases.get(leaseId)
    return phase !== undefined && phase !== 'lapsed' && phase !== 'closed'
  }
  const isCared = (leaseId: Hex) => isLive(leaseId) || machine.lookedAfter.has(leaseId)
  return [
    ...machine.instances
      .filter(({ leaseId }) => !isCared(leaseId))
      .map(({ id, leaseId, service }) => ({
        kind: 'remove-instance' as const,
        leaseId,
        instanceId: id,
        reason: `An instance of ${service} ran that no lease owns.`,
      })),
    ...[...machine.held]
      .filter((leaseId) => !isCared(leaseId) && !journal.reserved.has(leaseId))
      .map((leaseId) => ({
        kind: 'release' as const,
        leaseId,
        reason: 'A share of the machine was kept for a lease that has ended.',
      })),
    ...journal.leases.flatMap(({ leaseId, phase }): Mending[] => {
      if (machine.lookedAfter.has(leaseId)) return []
      if (isLive(leaseId)) return [{ kind: 'resume', leaseId, reason: 'Nobody looked after the lease.' }]
      const onChain = chain.get(leaseId)
      if (onChain?.status !== 'open') return []
      if (phase === 'closed') {
        const reason = 'The lease was closed here but is open on chain; it is settled once more.'
        return [{ kind: 'settle-again', leaseId, reason }]
      }
      const reason =
        'The lease was opened on chain after it had lapsed here; it is settled, and nothing is paid.'
      return [{ kind: 'settle-late', leaseId, openedAt: onChain.openedAt, reason }]
    }),
  ]
}

/** Names one thing that is amiss, so that it is known again at the next look. */
export function mendingKey(action: Mending): string {
  return [action.kind, action.leaseId, action.kind === 'remove-instance' ? action.instanceId : ''].join(' ')
}
