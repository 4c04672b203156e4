/** What `sublet up` is at when it is killed. */
export type KillMoment = 'starting' | 'up' | 'stopping'

export interface PlannedKill {
  moment: KillMoment
  /** How far into the moment, from 0 to 1. */
  share: number
}

/**
 * Kills at random moments: of every twenty nine while it is up, seven while it starts and four while it stops. The first hits
 * the very first start, which makes database, contracts and wallets.
 */
export function planKills(random: () => number, rounds: number): PlannedKill[] {
  const starting = Math.max(1, Math.round(rounds * 0.35))
  const stopping = Math.round(rounds * 0.2)
  const rest = Array.from({ length: Math.max(0, rounds - 1) }, (_, index): KillMoment => {
    if (index < starting - 1) return 'starting'
    return index < starting - 1 + stopping ? 'stopping' : 'up'
  })
  for (let last = rest.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const swapped = rest[last] as KillMoment
    rest[last] = rest[other] as KillMoment
    rest[other] = swapped
  }
  return (['starting', ...rest] as const).map((moment) => ({ moment, share: random() }))
}
