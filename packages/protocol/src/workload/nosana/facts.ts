import { own } from '../source/records.ts'
import type { Lookup } from './interpolate.ts'
import { splitOperation } from './literals.ts'

/** What a provider knows of one service when another is about to start. */
export interface LateServiceFacts {
  /** Name by which the services of the group reach it. */
  host: string
  /** Its address in the group's network. */
  ip?: string | undefined
  /** Public host names (with a port where it is not the usual one), by the port inside the container. */
  endpoints: Readonly<Record<string, string>>
  /** Matches of each result's expression, in order; absent until the service has ended. */
  results?: Readonly<Record<string, readonly string[]>> | undefined
}

/** What a provider knows just before it starts a service. */
export interface LateFacts {
  leaseId: string
  provider: string
  tenant: string
  /** Domain of the relay at which public ports are served. */
  ingressDomain: string
  /** Version of the provider's software. */
  version: string
  services: Readonly<Record<string, LateServiceFacts>>
}

/** Reads literals from what the provider knows; `services` leads from operation ids to services. */
export function lookupFacts(facts: LateFacts, services: Readonly<Record<string, string>>): Lookup {
  const globals: Readonly<Record<string, string>> = {
    job: facts.leaseId,
    host: facts.provider,
    project: facts.tenant,
    frps_address: facts.ingressDomain,
    version: facts.version,
  }
  return ({ root, path }) => {
    if (root === 'global') return own(globals, path)
    const asked = splitOperation(path, Object.keys(services))
    const name = asked === undefined ? undefined : own(services, asked.id)
    const service = name === undefined ? undefined : own(facts.services, name)
    if (asked === undefined || service === undefined) return undefined
    return askService(service, asked.rest)
  }
}

function askService(service: LateServiceFacts, rest: string): string | readonly string[] | undefined {
  if (rest === 'host') return service.host
  if (rest === 'container_ip') return service.ip
  // On Nosana all ports of an operation share the deployment's address; here it is the first public one.
  if (rest === 'deployment_endpoint') return Object.values(service.endpoints)[0]
  if (rest.startsWith('endpoint.')) return own(service.endpoints, rest.slice('endpoint.'.length))
  if (!rest.startsWith('results.')) return undefined
  const key = rest.slice('results.'.length)
  const whole = own(service.results ?? {}, key)
  if (whole !== undefined) return whole
  // `results.KEY.2` is the third match of KEY.
  const dot = key.lastIndexOf('.')
  const index = key.slice(dot + 1)
  return dot < 0 || !/^\d{1,4}$/.test(index)
    ? undefined
    : own(service.results ?? {}, key.slice(0, dot))?.[Number(index)]
}
