import { type Address, ingressLabel, type Route } from '@sublet/protocol'

export interface RouteTarget {
  provider: Address
  route: Route
}

/** Which provider serves which name. */
export interface RouteTable {
  /** Takes a route, or says in a sentence why not. */
  add(provider: Address, route: Route): string | undefined
  remove(provider: Address, label: string): void
  removeAll(provider: Address): void
  labelsOf(provider: Address): string[]
  byLabel(label: string): RouteTarget | undefined
  /** By a host name of a tenant's own. */
  byHost(host: string): RouteTarget | undefined
  readonly size: number
}

export interface RouteTableOptions {
  ingressDomain: string
  /** Whether providers may claim host names of their tenants' own. */
  customHosts: boolean
  /** Routes at most from one provider. */
  mostPerProvider?: number
}

export function createRouteTable({
  ingressDomain,
  customHosts,
  mostPerProvider = 10_000,
}: RouteTableOptions): RouteTable {
  const labels = new Map<string, RouteTarget>()
  const hosts = new Map<string, RouteTarget>()
  const byProvider = new Map<Address, Set<string>>()

  const isOurs = (host: string) => host === ingressDomain || host.endsWith(`.${ingressDomain}`)
  const remove = (provider: Address, label: string) => {
    const target = labels.get(label)
    if (target?.provider !== provider) return
    labels.delete(label)
    byProvider.get(provider)?.delete(label)
    for (const host of target.route.hosts)
      if (hosts.get(host.toLowerCase()) === target) hosts.delete(host.toLowerCase())
  }

  return {
    add(provider, route) {
      // The label is made of lease, provider, service and port, so that no provider can claim another's.
      if (ingressLabel(route.leaseId, provider, route.service, route.port) !== route.label) {
        return 'The route’s label is not the one that its lease, provider, service and port give.'
      }
      const own = byProvider.get(provider) ?? new Set<string>()
      byProvider.set(provider, own)
      if (!own.has(route.label) && own.size >= mostPerProvider) {
        return `The provider has more than ${mostPerProvider} routes.`
      }
      remove(provider, route.label)
      const target: RouteTarget = { provider, route }
      labels.set(route.label, target)
      own.add(route.label)
      let refusal: string | undefined
      for (const name of route.hosts) {
        const host = name.toLowerCase()
        if (!customHosts) refusal = 'This indexer serves no host names of tenants’ own.'
        else if (isOurs(host)) refusal = `The host name ${host} is within the indexer’s own domain.`
        else if (hosts.has(host)) refusal = `The host name ${host} is taken by another lease.`
        else hosts.set(host, target)
      }
      return refusal
    },
    remove,
    removeAll(provider) {
      for (const label of byProvider.get(provider) ?? []) remove(provider, label)
      byProvider.delete(provider)
    },
    labelsOf: (provider) => [...(byProvider.get(provider) ?? [])],
    byLabel: (label) => labels.get(label),
    byHost: (host) => hosts.get(host.toLowerCase()),
    get size() {
      return labels.size
    },
  }
}
