import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A filter of kernel calls as engines read it; what is not looked at here stays as it is. */
export interface SeccompProfile {
  syscalls: SeccompRule[]
}

interface SeccompRule {
  names: string[]
  action: string
  errnoRet?: number | null
  args?: unknown
  includes?: { caps?: string[] | null }
}

/** Where Podman looks for its own. */
const profilePaths = ['/etc/containers/seccomp.json', '/usr/share/containers/seccomp.json']

/** What Podman lets every container call, for containers within containers, and Docker none. */
const closedCalls = [
  ...['unshare', 'setns', 'mount', 'umount', 'umount2', 'pivot_root', 'move_mount', 'mount_setattr'],
  ...['open_tree', 'fsopen', 'fsconfig', 'fsmount', 'fspick', 'fanotify_init', 'quotactl', 'lookup_dcookie'],
  ...['sethostname', 'setdomainname', 'perf_event_open', 'bpf', 'add_key', 'keyctl', 'request_key'],
]
const notPermitted = 1
const notThere = 38
/** All flags of `clone` that make namespaces. */
const namespaceFlags = 0x7e020000

/** A profile under which nothing makes namespaces of its own, nor mounts, nor keeps keys in the kernel. */
export function closedProfile<Profile extends SeccompProfile>(profile: Profile): Profile {
  const taken = new Set([...closedCalls, 'clone', 'clone3'])
  const rest = profile.syscalls.map((rule) => ({
    ...rule,
    names: rule.names.filter((name) => !taken.has(name)),
  }))
  return {
    ...profile,
    syscalls: [
      ...rest.filter(({ names }) => names.length > 0),
      { names: closedCalls, action: 'SCMP_ACT_ERRNO', errnoRet: notPermitted },
      // Its flags lie in memory, which no filter sees; programs that are told so take `clone`.
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: notThere },
      {
        names: ['clone'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      },
    ],
  }
}

/** Writes Podman's own profile down, closed; undefined where it has none that can be read. */
export async function writeClosedProfile(path: string): Promise<string | undefined> {
  for (const source of profilePaths) {
    const text = await readFile(source, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, JSON.stringify(closedProfile(JSON.parse(text) as SeccompProfile)))
    return path
  }
  return undefined
}
