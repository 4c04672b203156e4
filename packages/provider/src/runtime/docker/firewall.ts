import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Log } from '@sublet/service'
import { bridgePrefix } from './lease-networks.ts'

const forwardChain = 'SUBLET-FORWARD'
const inputChain = 'SUBLET-INPUT'
const allBridges = `${bridgePrefix}+`

/** Where clouds answer with credentials, and the networks that a machine's neighbours are in. */
const closedRanges = [
  '169.254.0.0/16',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
]

type Rule = readonly string[]

/** Name servers in `resolv.conf`, IPv4 only. */
export function nameServersIn(resolvConf: string): string[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)].flatMap(([, address]) =>
    address === undefined || address.startsWith('127.') ? [] : [address],
  )
}

/** What leases may not reach: this machine, its neighbours, metadata addresses. Traffic within one lease stays free. */
export function firewallRules(nameServers: readonly string[]): { chain: string; rules: Rule[] }[] {
  const names = nameServers.flatMap((address) =>
    ['udp', 'tcp'].map((protocol) => ['-d', address, '-p', protocol, '--dport', '53', '-j', 'RETURN']),
  )
  return [
    {
      chain: forwardChain,
      rules: [
        // Between leases Docker's own rules stand; within one everything may.
        ['-o', allBridges, '-j', 'RETURN'],
        ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'RETURN'],
        ...names,
        ...closedRanges.map((range) => ['-d', range, '-j', 'REJECT']),
        ['-j', 'RETURN'],
      ],
    },
    {
      chain: inputChain,
      rules: [
        ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'RETURN'],
        ...names,
        ['-j', 'REJECT'],
      ],
    },
  ]
}

/**
 * Keeps leases' containers from this machine's own ports, its neighbours and metadata addresses, by iptables rules over
 * all of their bridges. Answers whether they stand; without the right to set them it warns.
 */
export async function confineLeases(log: Log): Promise<boolean> {
  const run = (...args: string[]) => promisify(execFile)('iptables', ['--wait', '5', ...args])
  try {
    const resolvConf = await readFile('/etc/resolv.conf', 'utf8').catch(() => '')
    for (const { chain, rules } of firewallRules(nameServersIn(resolvConf))) {
      await run('-N', chain).catch(() => undefined)
      // One call at a time leaves no moment without any rule but the first.
      await run('-F', chain)
      for (const rule of rules) await run('-A', chain, ...rule)
    }
    await hookIn(run, 'DOCKER-USER', forwardChain)
    await hookIn(run, 'INPUT', inputChain)
    return true
  } catch (error) {
    log.warn(
      { reason: (error as Error).message.split('\n')[0] },
      'containers of leases can reach services of this machine and its network: run the provider as root, with iptables, to close that',
    )
    return false
  }
}

async function hookIn(
  run: (...args: string[]) => Promise<unknown>,
  from: string,
  chain: string,
): Promise<void> {
  const rule = ['-i', allBridges, '-j', chain]
  await run('-C', from, ...rule).catch(() => run('-I', from, ...rule))
}
