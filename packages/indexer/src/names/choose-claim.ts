import type { Judgement } from './judge-claim.ts'

export interface JudgedClaim {
  label: string
  /** Milliseconds since 1970 at which it was first made. */
  sinceMs: number
  judgement: Judgement | undefined
}

/**
 * Which of several claims on one host name is served. A record that names the very lease beats one that names only its tenant;
 * among a tenant's own leases the newest is the one that takes over. Where nobody's claim is checked, who came first stays.
 */
export function chooseClaim<C extends JudgedClaim>(claims: readonly C[]): C | undefined {
  return claims.filter(({ judgement }) => judgement?.believed).sort(compare)[0]
}

function compare(a: JudgedClaim, b: JudgedClaim): number {
  const byProof = strength(b) - strength(a)
  if (byProof !== 0) return byProof
  const byAge = strength(a) === 0 ? a.sinceMs - b.sinceMs : b.sinceMs - a.sinceMs
  if (byAge !== 0) return byAge
  return a.label < b.label ? -1 : 1
}

function strength({ judgement }: JudgedClaim): number {
  if (!judgement?.believed) return -1
  return { alias: 2, wallet: 1, nobody: 0 }[judgement.by]
}
