import { createHash } from 'node:crypto'
import type { VolumeOwner } from '../runtime.ts'

/** The same deployment's volume has the same name in every lease, which is what keeps its data. */
export function volumeNameOf({ network, provider, tenant, deployment, name }: VolumeOwner): string {
  const identity = JSON.stringify([network, provider, tenant, deployment, name])
  return `sublet-${createHash('sha256').update(identity).digest('hex').slice(0, 24)}`
}
