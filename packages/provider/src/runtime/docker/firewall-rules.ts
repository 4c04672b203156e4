import { bridgePrefix } from './lease-networks.ts'

/** Where clouds answer with credentials, the networks that a machine's neighbours are in, and what is no host's at all. */
const closedRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

/** What rules are called and whom they are about. */
export interface FirewallNames {
  forward: string
  input: string
  /** Bridges of leases, as iptables names several: `sblt+`. */
  bridges: string
}

export const leaseFirewallNames: FirewallNames = {
  forward: 'SUBLET-FORWARD',
  input: 'SUBLET-INPUT',
  bridges: `${bridgePrefix}+`,
}

const answers = '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN'
const refused = '-j REJECT --reject-with icmp-port-unreachable'
/** How Docker has its users' rules asked before its own. */
const dockersHook = '-j DOCKER-USER'

/** Name servers in `resolv.conf`, IPv4 only. */
export function nameServersIn(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)].flatMap(([, address]) =>
    address === undefined || address.startsWith('127.') ? [] : [address],
  )
}

/**
 * What leases may not reach: this machine, its neighbours, metadata addresses. Traffic within one lease stays free. By
 * chain, each rule as `iptables -S` writes it.
 */
export function firewallRules(
  nameServers: readonly string[],
  { forward, input, bridges }: FirewallNames = leaseFirewallNames,
): Record<string, string[]> {
  const names = nameServers.flatMap((address) =>
    ['udp', 'tcp'].map((protocol) => `-d ${address}/32 -p ${protocol} -m ${protocol} --dport 53 -j RETURN`),
  )
  return {
    // Between leases the engine's own rules stand; within one everything may.
    [forward]: [
      `-o ${bridges} -j RETURN`,
      answers,
      ...names,
      ...closedRanges.map((range) => `-d ${range} ${refused}`),
      '-j RETURN',
    ],
    [input]: [answers, ...names, refused],
  }
}

/**
 * What `iptables-restore --noflush` is to be given so that the rules stand, all of it or nothing and with no moment in
 * between; undefined where they stand already. `listing` is what `iptables -S` says.
 */
export function firewallChanges(
  listing: string,
  nameServers: readonly string[],
  names: FirewallNames = leaseFirewallNames,
): string | undefined {
  const declared: string[] = []
  const lines: string[] = []
  for (const [chain, rules] of Object.entries(firewallRules(nameServers, names))) {
    if (rulesIn(listing, chain).join('\n') === rules.join('\n')) continue
    // Declaring a chain empties it, in the same step that fills it.
    declared.push(`:${chain} - [0:0]`)
    lines.push(...rules.map((rule) => `-A ${chain} ${rule}`))
  }
  lines.push(
    ...hookChanges(listing, forwardParent(listing), names.forward, names.bridges),
    ...hookChanges(listing, 'INPUT', names.input, names.bridges),
  )
  return lines.length === 0 ? undefined : ['*filter', ...declared, ...lines, 'COMMIT', ''].join('\n')
}

/**
 * Where leases' traffic through this machine is looked at before anybody lets it pass: Docker asks `DOCKER-USER` first
 * and puts its own rules at the top of `FORWARD` as networks come; without it the top of `FORWARD` itself.
 */
function forwardParent(listing: string): string {
  const [first] = rulesIn(listing, 'FORWARD').filter((rule) => !isHook(rule))
  return first === dockersHook ? 'DOCKER-USER' : 'FORWARD'
}

/** A hook counts only before everything that is not one: what comes earlier could let pass. */
function hookChanges(listing: string, parent: string, chain: string, bridges: string): string[] {
  const hook = `-i ${bridges} -j ${chain}`
  const rules = rulesIn(listing, parent)
  const firstOther = rules.findIndex((rule) => !isHook(rule))
  const at = rules.indexOf(hook)
  if (at >= 0 && (firstOther < 0 || at < firstOther)) return []
  return [
    ...rules.filter((rule) => rule === hook).map(() => `-D ${parent} ${hook}`),
    `-I ${parent} 1 ${hook}`,
  ]
}

function isHook(rule: string): boolean {
  return /^-i \S+ -j SUBLET-\S+$/.test(rule)
}

function rulesIn(listing: string, chain: string): string[] {
  const start = `-A ${chain} `
  return listing
    .split('\n')
    .flatMap((line) => (line.startsWith(start) ? [line.slice(start.length).trim()] : []))
}
