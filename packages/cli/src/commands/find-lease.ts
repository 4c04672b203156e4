import { type Deployment, type DeploymentGroup, SubletError } from '@sublet/protocol'

export interface FoundLease {
  deployment: Deployment
  group: DeploymentGroup
  leaseId: string
}

const live = (deployment: Pick<Deployment, 'phase'>) => !['closed', 'failed'].includes(deployment.phase)

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
    const unleased = findUnleased(deployments, wanted)
    if (unleased !== undefined) throw noLeaseYet(unleased)
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

/** The deployment that a person means to end: by a lease of its, as above, or by id or name where it has none yet. */
export function findDeployment(deployments: readonly Deployment[], wanted: string): Deployment {
  const unleased = findUnleased(deployments, wanted)
  if (unleased !== undefined && live(unleased)) return unleased
  return findLease(deployments, wanted).deployment
}

/** The newest of that id or name that no provider has taken. */
function findUnleased(deployments: readonly Deployment[], wanted: string): Deployment | undefined {
  return deployments
    .filter(({ id, name }) => id === wanted || name === wanted)
    .filter(({ groups }) => groups.every(({ leaseId }) => leaseId === undefined))
    .toSorted((a, b) => Number(live(b)) - Number(live(a)) || b.createdAtMs - a.createdAtMs)[0]
}

function noLeaseYet({ name, phase, message, problem }: Deployment): SubletError {
  if (phase === 'failed') {
    return new SubletError('lease.not-found', `${name} failed before it had a lease: ${message}`, {
      hint: problem?.hint ?? 'Deploy it again.',
    })
  }
  return live({ phase })
    ? new SubletError('lease.not-found', `${name} has no lease yet: ${message}`, {
        hint: `Wait until it runs, or end it: \`sublet close ${name}\`.`,
      })
    : new SubletError('lease.not-found', `${name} was closed before it had a lease.`, {
        hint: 'Deploy it again.',
      })
}

/** Throws `service.not-found` naming the services that the lease has; also where none of several is named, if one must be. */
export function checkService(
  { group }: FoundLease,
  service: string | undefined,
  { mustBeOne = false } = {},
): void {
  const names = group.lease?.services.map(({ name }) => name) ?? []
  if (service === undefined && mustBeOne && names.length > 1) {
    throw new SubletError('service.not-found', 'The lease has several services.', {
      hint: `Name one with --service: ${names.join(', ')}.`,
    })
  }
  if (service === undefined || names.length === 0 || names.includes(service)) return
  throw new SubletError('service.not-found', `The lease has no service ${service}.`, {
    hint: `It has: ${names.join(', ')}.`,
  })
}
