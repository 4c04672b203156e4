import { type Deployment, type DeploymentGroup, SubletError } from '@sublet/protocol'

export interface FoundLease {
  deployment: Deployment
  group: DeploymentGroup
  leaseId: string
}

const live = (deployment: Deployment) => !['closed', 'failed'].includes(deployment.phase)

/**
 * The lease that a person means: by the start of its id (6 characters or more), by deployment id, or by deployment
 * name, live ones first, then the newest. Throws `lease.not-found` naming what there is.
 */
export function findLease(deployments: readonly Deployment[], wanted: string): FoundLease {
  const all = deployments
    .toSorted((a, b) => Number(live(b)) - Number(live(a)) || b.createdAtMs - a.createdAtMs)
    .flatMap((deployment) =>
      deployment.groups.flatMap((group) =>
        group.leaseId === undefined ? [] : [{ deployment, group, leaseId: group.leaseId }],
      ),
    )
  const id = wanted.toLowerCase()
  const byId =
    id.length >= 6 ? all.filter((one) => one.leaseId.startsWith(id.startsWith('0x') ? id : `0x${id}`)) : []
  const found = byId[0] ?? all.find((one) => one.deployment.id === wanted || one.deployment.name === wanted)
  if (new Set(byId.map((one) => one.leaseId)).size > 1) {
    throw new SubletError('lease.not-found', `More than one lease starts with ${wanted}.`, {
      hint: 'Give more of its id.',
    })
  }
  if (found === undefined) {
    const names = [...new Set(all.map((one) => one.deployment.name))]
    throw new SubletError('lease.not-found', `There is no lease ${wanted}.`, {
      hint:
        names.length === 0
          ? 'Nothing was deployed yet: `sublet deploy FILE`.'
          : `There are: ${names.join(', ')}.`,
    })
  }
  return found
}
