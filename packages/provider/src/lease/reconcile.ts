import type { Hex } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Instance, Owner, Runtime } from '../runtime/runtime.ts'

/** Instances that belong to no lease of the journal. */
export function orphansOf(instances: readonly Instance[], isLive: (leaseId: Hex) => boolean): Instance[] {
  return instances.filter(({ owner }) => !isLive(owner.leaseId))
}

/** Removes what no lease owns and says what it was. Answers the instances that do belong to leases. */
export async function removeOrphans(parts: {
  runtime: Runtime
  owner: Owner
  isLive: (leaseId: Hex) => boolean
  log: Log
}): Promise<Instance[]> {
  const { runtime, owner, isLive, log } = parts
  const instances = await runtime.list(owner)
  const orphans = new Set(orphansOf(instances, isLive))
  for (const { id, owner: of } of orphans) {
    log.warn({ instance: id, leaseId: of.leaseId, service: of.service }, 'removed, as no lease owns it')
    await runtime.remove(id)
  }
  for (const leaseId of new Set([...orphans].map(({ owner: of }) => of.leaseId))) {
    await runtime.removeLease(owner, leaseId)
  }
  return instances.filter((instance) => !orphans.has(instance))
}
