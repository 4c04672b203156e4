import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { PortRedirect } from '../runtime.ts'

/** On the container's label, so that a restart after a crash of the provider sets them again. */
export const redirectsLabel = 'sublet.redirects'

export function redirectsIn(labels: Readonly<Record<string, string>>): PortRedirect[] {
  const text = labels[redirectsLabel]
  return text === undefined ? [] : (JSON.parse(text) as PortRedirect[])
}

/**
 * Makes a container's ports answer under further numbers, for the other services of its lease: by rules in its own
 * network, which are gone when it stops. Needs root, nsenter and iptables. Throws what those say.
 */
export async function redirectPorts(pid: number, redirects: readonly PortRedirect[]): Promise<void> {
  for (const { from, to, protocol } of redirects) {
    await promisify(execFile)('nsenter', [
      ...[
        '--target',
        String(pid),
        '--net',
        'iptables',
        '--wait',
        '5',
        '--table',
        'nat',
        '--append',
        'PREROUTING',
      ],
      ...['--protocol', protocol, '--dport', String(from), '--jump', 'REDIRECT', '--to-ports', String(to)],
    ])
  }
}
