import { type Address, type Route, routeLabel } from '@sublet/protocol'

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
  readonly size: number
}

export interface OwnNames {
  claim(target: RouteTarget, host: string): void
  withdraw(target: RouteTarget): void
}

export interface RelayedPorts {
  open(target: RouteTarget): void
  close(target: RouteTarget): void
}

export interface RouteTableOptions {
  ingressDomain: string
  /** Told of the host names of tenants' own that routes bring; absent where none are served. */
  names: OwnNames | undefined
  /** Told of the TCP and UDP ports that the relay is to listen for; absent where none are relayed. */
  ports?: RelayedPorts | undefined
  /** Routes at most from one provider. */
  mostPerProvider?: number
}

export function createRouteTable({
  ingressDomain,
  names,
  ports,
  mostPerProvider = 10_000,
}: RouteTableOptions): RouteTable {
  const labels = new Map<string, RouteTarget>()
  const byProvider = new Map<Address, Set<string>>()

  const isOurs = (host: string) => host === ingressDomain || host.endsWith(`.${ingressDomain}`)
  const remove = (provider: Address, label: string) => {
    const target = labels.get(label)
    if (target?.provider !== provider) return
    labels.delete(label)
    byProvider.get(provider)?.delete(label)
    names?.withdraw(target)
    ports?.close(target)
  }

  return {
    add(provider, route) {
      // The label is made of lease, provider, service and port, so that no provider can claim another's.
      if (routeLabel(route, provider) !== route.label) {
        return 'The route’s label is not the one that its lease, provider, service and port give.'
      }
      const own = byProvider.get(provider) ?? new Set<string>()
      byProvider.set(provider, own)
      if (!own.has(route.label) && own.size >= mostPerProvider) {
        return `The provider has more than ${mostPerProvider} routes.`
      }
      const target: RouteTarget = { provider, route }
      const before = labels.get(route.label)
      // The same again, as after a short cut of the tunnel, must not cost a name its proof.
      const dropped = before?.route.hosts.filter((host) => !route.hosts.includes(host)) ?? []
      if (before !== undefined && dropped.length > 0) names?.withdraw(before)
      labels.set(route.label, target)
      own.add(route.label)
      if (route.relay !== undefined) ports?.open(target)
      let refusal: string | undefined
      for (const name of route.hosts) {
        const host = name.toLowerCase()
        if (names === undefined) refusal = 'This indexer serves no host names of tenants’ own.'
        else if (isOurs(host)) refusal = `The host name ${host} is within the indexer’s own domain.`
        else names.claim(target, host)
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
    get size() {
      return labels.size
    },
  }
}
