import type { Deployment } from '@sublet/protocol'
import { fromProblem, perHour, SubletError } from '@sublet/protocol'

/** Whether there is nothing more to wait for before a person can use it. */
export function isSettled(deployment: Deployment): boolean {
  return ['running', 'closed', 'failed'].includes(deployment.phase)
}

/** One line on where a deployment is. */
export function progressLine(deployment: Deployment): string {
  const lease = deployment.groups.find((group) => group.lease !== undefined)?.lease
  const bids = deployment.groups.reduce((sum, group) => sum + group.bids.length, 0)
  if (deployment.phase === 'starting' && lease !== undefined) return lease.message
  if (deployment.phase === 'ordering' && bids > 0) return `${bids} ${bids === 1 ? 'bid' : 'bids'} so far.`
  return deployment.message
}

/** The error of a failed deployment, with every reason that it carries. */
export function failureOf(deployment: Deployment): SubletError {
  const excluded = deployment.groups.flatMap((group) => group.excluded)
  const lastLogLines = deployment.groups.flatMap((group) => group.lease?.lastLogLines ?? [])
  const details = {
    deployment: deployment.id,
    ...(excluded.length === 0 ? {} : { excluded }),
    ...(lastLogLines.length === 0 ? {} : { lastLogLines }),
  }
  const { problem } = deployment
  if (problem === undefined) return new SubletError('internal', deployment.message, { details })
  const known = fromProblem(problem as never)
  return new SubletError(known.code, known.message, {
    hint: known.hint,
    details: { ...details, ...known.details },
  })
}

/** What a person wants to know of a running deployment: its name, URLs and rate. */
export function summary(deployment: Deployment): string {
  const lines = [`${deployment.name}  ${deployment.phase}  ${deployment.id}`]
  for (const group of deployment.groups) {
    if (group.lease === undefined) continue
    lines.push(
      `  lease ${group.lease.leaseId.slice(0, 12)}  ${perHour(group.lease.ratePerHour)}  ${group.lease.message}`,
    )
    lines.push(...group.lease.endpoints.map((endpoint) => `  ${endpoint.service} → ${endpoint.url}`))
  }
  return lines.join('\n')
}
