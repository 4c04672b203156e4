import type { LeaseStatus, Service } from '@sublet/protocol'
import type { Running } from './bring-up.ts'
import type { ReplicaState } from './service-keeper.ts'

/** What a tenant sees of each service. A job counts as ready while it runs. */
export function statusOfServices(
  services: readonly Service[],
  statesOf: (service: string) => readonly ReplicaState[],
  digestOf: (service: string) => string | undefined = () => undefined,
): LeaseStatus['services'] {
  return services.map((service) => {
    const states = statesOf(service.name)
    const digest = digestOf(service.name)
    const isJob = service.job !== undefined
    const codes = states.flatMap(({ ended }) => (ended === undefined ? [] : [ended.exitCode]))
    const isUp = ({ ready, instanceId, ended }: ReplicaState) =>
      ready || (isJob && instanceId !== undefined && ended === undefined)
    return {
      name: service.name,
      replicas: service.replicas,
      ready: states.filter(isUp).length,
      restarts: states.reduce((sum, { restarts }) => sum + restarts, 0),
      image: service.image,
      ...(digest === undefined ? {} : { digest }),
      ...(isJob && codes.length === service.replicas
        ? { exitCode: codes.find((code) => code !== 0) ?? 0 }
        : {}),
    }
  })
}

/** A result by its name, or with its service's in front where two services have the same; matches on lines of their own. */
export function resultsOf(found: ReturnType<Running['results']>): Pick<LeaseStatus, 'results'> {
  const all = [...found].flatMap(([service, values]) =>
    Object.entries(values).map(([name, matches]) => ({ service, name, text: matches.join('\n') })),
  )
  if (all.length === 0) return {}
  const isShared = (name: string) => all.filter((one) => one.name === name).length > 1
  return {
    results: Object.fromEntries(
      all.map(({ service, name, text }) => [isShared(name) ? `${service}.${name}` : name, text]),
    ),
  }
}
