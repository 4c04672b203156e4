import type { Service } from '../workload.ts'

/** What of a workload something is about. */
export interface Part {
  service?: string | undefined
  /** One of the service's ports, by its number inside the container. */
  port?: number | undefined
}

/** Gathers what is lost, each thing once. */
export type Lose = (what: string, part: Part) => void

/** Whether SDL says everything about a service that the normal form does, but for resources and ports. */
export function loseService(service: Service, lose: Lose): void {
  const given: readonly (readonly [boolean, string])[] = [
    [service.workingDir !== undefined, 'the working directory'],
    [service.user !== undefined, 'the user'],
    [service.files.length > 0, 'the files'],
    [service.fetches.length > 0, 'what is fetched before the start'],
    [service.aliases.length > 0, 'the aliases'],
    [service.health !== undefined, 'the health check'],
    [service.restart.policy !== 'always' || service.restart.maxRetries !== undefined, 'the restart policy'],
    [service.dependsOn.length > 0 || service.stopWith.length > 0, 'the dependencies'],
    [service.job !== undefined, 'that a job ends'],
    [service.late !== undefined, 'what is filled in just before the start'],
    [service.resources.volumes.some((volume) => volume.shared === true), 'that volumes are shared'],
    [service.readOnlyRoot, 'the read-only file system'],
    [service.isolation !== undefined, 'the isolation'],
    [service.stopGraceMs !== 10_000, 'the time to stop'],
    [service.beforeStop !== undefined, 'what is run before it stops'],
  ]
  for (const [lost, what] of given) if (lost) lose(`${what} of ${service.name}`, { service: service.name })
}
