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
  const { name } = service
  const given: readonly (readonly [boolean, string])[] = [
    [service.workingDir !== undefined, `the working directory of ${name}`],
    [service.user !== undefined, `the user of ${name}`],
    [service.files.length > 0, `the files of ${name}`],
    [service.fetches.length > 0, `what ${name} fetches before its start`],
    [service.aliases.length > 0, `the aliases of ${name}`],
    [service.health !== undefined, `the health check of ${name}`],
    [
      service.restart.policy !== 'always' || service.restart.maxRetries !== undefined,
      `the restart policy of ${name}`,
    ],
    [service.dependsOn.length > 0 || service.stopWith.length > 0, `the dependencies of ${name}`],
    [service.job !== undefined, `a job that ends, as ${name} does`],
    [service.late !== undefined, `what is filled in just before ${name} starts`],
    [
      service.resources.volumes.some((volume) => volume.shared === true),
      `the volumes that ${name} shares with others`,
    ],
    [service.readOnlyRoot, `the read-only file system of ${name}`],
    [service.isolation !== undefined, `the isolation of ${name}`],
    [service.stopGraceMs !== 10_000, `the time that ${name} has to stop`],
    [service.beforeStop !== undefined, `what is run before ${name} stops`],
  ]
  for (const [lost, what] of given) if (lost) lose(what, { service: name })
}
