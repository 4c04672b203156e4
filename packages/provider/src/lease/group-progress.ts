import type { Service } from '@sublet/protocol'

/** What counts of one replica for the group. */
export interface ReplicaProgress {
  started: boolean
  ready: boolean
  ended: { exitCode: number; failed: boolean } | undefined
}

/** Replicas by service; a service without any was not begun. */
export type GroupState = ReadonlyMap<string, readonly ReplicaProgress[]>

export interface GroupProgress {
  /** Services whose turn has come. */
  startable: string[]
  /** Services that one of their companions' ends takes along. */
  toStop: string[]
  /** All that can be up is up. */
  ready: boolean
  /** A service, not a job, that has ended for good with an error. */
  failed: { service: string; exitCode: number } | undefined
  /** Nothing more will happen: jobs are done and what came after them, or nothing runs any more. */
  finished: { exitCode: number; jobs: boolean } | undefined
}

type Plan = readonly Pick<Service, 'name' | 'dependsOn' | 'stopWith' | 'job' | 'replicas'>[]
type Verdict = 'met' | 'open' | 'never'

/** Where a group of services stands, from its replicas alone. */
export function progressOf(services: Plan, state: GroupState): GroupProgress {
  const replicasOf = (name: string) => state.get(name) ?? []
  const begun = (name: string) => replicasOf(name).length > 0
  const hasEnded = (name: string) => begun(name) && replicasOf(name).every(({ ended }) => ended !== undefined)
  const hasFailed = (name: string) => replicasOf(name).some(({ ended }) => ended?.failed === true)

  const verdicts = new Map<string, Verdict>()
  /** Whether a service's dependencies let it start. A cycle, which readers refuse, counts as never. */
  function mayStart(name: string, seen: readonly string[] = []): Verdict {
    const known = verdicts.get(name)
    if (known !== undefined) return known
    const service = services.find((one) => one.name === name)
    if (service === undefined || seen.includes(name)) return 'never'
    const each = service.dependsOn.map(({ service: needed, condition }): Verdict => {
      const replicas = replicasOf(needed)
      const over = hasEnded(needed)
      if (condition === 'ended' && over) return 'met'
      if (condition === 'completed' && over) return hasFailed(needed) ? 'never' : 'met'
      if (condition === 'healthy' && begun(needed) && replicas.every(({ ready }) => ready)) return 'met'
      if (condition === 'started' && begun(needed) && replicas.every(({ started }) => started)) return 'met'
      if (over) return condition === 'started' ? 'met' : 'never'
      return begun(needed) || mayStart(needed, [...seen, name]) !== 'never' ? 'open' : 'never'
    })
    const verdict = each.includes('never') ? 'never' : each.includes('open') ? 'open' : 'met'
    verdicts.set(name, verdict)
    return verdict
  }

  /** Whether it waits, by itself or through others, for work to be done first. */
  function waitsForWork(name: string, seen: readonly string[] = []): boolean {
    if (begun(name) || seen.includes(name)) return false
    const service = services.find((one) => one.name === name)
    return (service?.dependsOn ?? []).some(
      ({ service: needed, condition }) =>
        ((condition === 'completed' || condition === 'ended') && !hasEnded(needed)) ||
        waitsForWork(needed, [...seen, name]),
    )
  }

  const isOver = ({ name }: { name: string }) =>
    hasEnded(name) || (!begun(name) && mayStart(name) === 'never')
  const isReady = ({ name }: { name: string }) =>
    begun(name) &&
    replicasOf(name).every(({ ready, ended }) => ready || (ended !== undefined && !ended.failed))
  /** Begun, for a job: whether it succeeds is its own affair. */
  const isUp = (service: Plan[number]) =>
    service.job === undefined ? isReady(service) : replicasOf(service.name).some(({ started }) => started)

  const jobs = services.filter(({ job }) => job !== undefined)
  const decisive = jobs.length > 0 ? services.filter(({ name }) => isThePoint(services, name)) : services
  const failed = services.find(({ name, job }) => job === undefined && hasFailed(name))
  return {
    startable: services
      .filter(({ name }) => !begun(name) && mayStart(name) === 'met')
      .map(({ name }) => name),
    toStop: services
      .filter(
        ({ name, stopWith }) => begun(name) && !hasEnded(name) && stopWith.some((other) => hasEnded(other)),
      )
      .map(({ name }) => name),
    ready: services.every(
      (service) => isUp(service) || waitsForWork(service.name) || (isOver(service) && !begun(service.name)),
    ),
    failed:
      failed === undefined
        ? undefined
        : { service: failed.name, exitCode: firstBadExit(replicasOf(failed.name)) },
    finished: decisive.every(isOver)
      ? { exitCode: firstBadExit(decisive.flatMap(({ name }) => replicasOf(name))), jobs: jobs.length > 0 }
      : undefined,
  }
}

/**
 * Of a group with jobs: the jobs, and what starts after work is done, such as a server that waits for its data. The rest
 * only keeps them company.
 */
function isThePoint(services: Plan, name: string): boolean {
  return services.find((one) => one.name === name)?.job !== undefined || startsAfterWork(services, name)
}

function startsAfterWork(services: Plan, name: string, seen: readonly string[] = []): boolean {
  if (seen.includes(name)) return false
  const needs = services.find((one) => one.name === name)?.dependsOn ?? []
  return needs.some(
    ({ service: needed, condition }) =>
      condition === 'completed' ||
      condition === 'ended' ||
      startsAfterWork(services, needed, [...seen, name]),
  )
}

function firstBadExit(replicas: readonly ReplicaProgress[]): number {
  const codes = replicas.flatMap(({ ended }) => (ended === undefined ? [] : [ended.exitCode]))
  return codes.find((code) => code !== 0) ?? 0
}
