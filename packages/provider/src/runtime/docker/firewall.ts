import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Log } from '@sublet/service'
import { type FirewallNames, firewallChanges, leaseFirewallNames, nameServersIn } from './firewall-rules.ts'

/** Keeps leases' containers from this machine's own ports, its neighbours and metadata addresses, by iptables rules. */
export interface LeaseFirewall {
  /** Sees to it that the rules stand, whoever has changed them; answers whether they do. Warns when they cease to. */
  ensure(): Promise<boolean>
  /** Whether they stood at the last look. */
  stands(): boolean
}

const run = promisify(execFile)
const waitForLock = ['--wait', '5']
/** Others may change the rules between the look and the change, which fails as a whole then. */
const tries = 3
/** A machine with many containers has many rules. */
const maxBuffer = 64 * 1024 * 1024

export function createLeaseFirewall(log: Log, names: FirewallNames = leaseFirewallNames): LeaseFirewall {
  let stands: boolean | undefined

  async function look(): Promise<string | undefined> {
    const resolvConf = await readFile('/etc/resolv.conf', 'utf8').catch(() => '')
    const { stdout } = await run('iptables', [...waitForLock, '-S'], { maxBuffer })
    return firewallChanges(stdout, nameServersIn(resolvConf), names)
  }

  async function restore(changes: string): Promise<void> {
    const restoring = run('iptables-restore', [...waitForLock, '--noflush'])
    // Whatever keeps it from reading is told by how it ends.
    restoring.child.stdin?.on('error', () => undefined)
    restoring.child.stdin?.end(changes)
    await restoring
  }

  async function ensureOnce(): Promise<void> {
    const changes = await look()
    if (changes === undefined) return
    if (stands === true)
      log.warn('somebody has changed the rules that keep leases from this machine; set again')
    await restore(changes)
  }

  return {
    async ensure() {
      let failure: unknown
      for (let tried = 0; tried < tries; tried += 1) {
        try {
          await ensureOnce()
          if (stands === false) log.info('leases are kept from this machine and its network again')
          stands = true
          return true
        } catch (error) {
          failure = error
        }
      }
      if (stands !== false) {
        log.warn(
          { reason: (failure as Error).message.split('\n')[0] },
          'containers of leases can reach services of this machine and its network: run the provider as root, with iptables, to close that',
        )
      }
      stands = false
      return false
    },
    stands: () => stands === true,
  }
}
