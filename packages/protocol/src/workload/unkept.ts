import type { PlacesInFile } from './place-of-service.ts'
import type { Findings } from './source/findings.ts'
import type { Group, Port, Service, Workload } from './workload.ts'

/** Warns of what a file says of its ports and no provider keeps, so that nobody relies on it. */
export function warnOfUnkept(findings: Findings, { groups }: Workload, places: () => PlacesInFile): void {
  for (const group of groups) {
    for (const service of group.services) {
      for (const port of service.ports) {
        const others = reachedAnyway(group, service, port)
        if (others.length > 0) {
          findings.warn(
            places().port(group.name, service.name, port.port),
            'workload.allow-unkept',
            `${others.join(', ')} can reach port ${port.port} of ${service.name} too: within a lease ports are open to all of its services.`,
            { mend: 'ask for a password there, or put the services into groups of their own' },
          )
        }
        if (port.http !== undefined) {
          findings.warn(
            places().port(group.name, service.name, port.port),
            'workload.http-unkept',
            `The HTTP options of port ${port.port} of ${service.name} are not kept: the entrance has limits of its own.`,
            { mend: 'set such limits in the service itself' },
          )
        }
      }
    }
  }
}

/** Services of the group that the port's list leaves out. */
function reachedAnyway({ services }: Group, { name }: Service, { allow }: Port): string[] {
  if (allow.length === 0) return []
  return services.flatMap((other) => (other.name === name || allow.includes(other.name) ? [] : [other.name]))
}
