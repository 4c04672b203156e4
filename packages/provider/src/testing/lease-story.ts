import type { Hex, LeaseHistoryEvent } from '@sublet/protocol'
import type { Tenant } from './test-tenant.ts'

/** What the chain wrote down of a closed lease, by the chain's own clock, unix seconds. */
export interface LeaseStory {
  openedAt: number
  closedAt: number
  /** Undefined where no notice was given. */
  noticeEndsAt: number | undefined
  /** All that was taken off, and when the last of it was. */
  creditSeconds: number
  creditedAt: number | undefined
  kinds: LeaseHistoryEvent['kind'][]
}

export async function storyOf({ chain }: Tenant, leaseId: Hex): Promise<LeaseStory> {
  const history = (await chain.histories({ leaseId })).get(leaseId) ?? []
  const last = <Kind extends LeaseHistoryEvent['kind']>(kind: Kind) =>
    history.findLast((event): event is Extract<LeaseHistoryEvent, { kind: Kind }> => event.kind === kind)
  const [opened, closed, credited] = [last('opened'), last('closed'), last('credited')]
  if (opened === undefined || closed === undefined) throw new Error('the lease was not opened and closed')
  return {
    openedAt: opened.atSeconds,
    closedAt: closed.atSeconds,
    noticeEndsAt: last('notice-given')?.noticeEndsAt,
    creditSeconds: credited?.creditSeconds ?? 0,
    creditedAt: credited?.atSeconds,
    kinds: history.map(({ kind }) => kind),
  }
}
