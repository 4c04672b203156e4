import { basename, posix } from 'node:path'
import { type LeaseFile, SubletError } from '@sublet/protocol'

/** One end of a copy: a path here, or a place in a lease. */
export type CopyEnd =
  | { kind: 'local'; path: string }
  | { kind: 'lease'; lease: string; service?: string; replica?: number; path: string }

/**
 * Reads `PATH` or `LEASE[/SERVICE[/REPLICA]]:/PATH`. A path here that has a colon is written with `./` in front. Throws
 * `request.invalid` for a place in a lease whose path is not absolute.
 */
export function copyEnd(text: string): CopyEnd {
  const colon = text.indexOf(':')
  const isLocal = colon <= 0 || /^[./~]/.test(text) || /^[a-z]:[\\/]/i.test(text)
  if (isLocal) return { kind: 'local', path: text }
  const [lease = '', service, replica, ...more] = text.slice(0, colon).split('/')
  const path = text.slice(colon + 1)
  if (!path.startsWith('/') || more.length > 0 || (replica !== undefined && !/^\d+$/.test(replica))) {
    throw new SubletError('request.invalid', `${text} names no place in a lease.`, {
      hint: 'Write LEASE:/path, LEASE/service:/path or LEASE/service/0:/path; a file here with a colon as ./name.',
    })
  }
  return {
    kind: 'lease',
    lease,
    ...(service === undefined ? {} : { service }),
    ...(replica === undefined ? {} : { replica: Number(replica) }),
    path,
  }
}

/** Where an archive is unpacked, and what its one top entry is called there. */
export interface Landing {
  folder: string
  name: string
}

/**
 * Where something called `sourceName` comes to lie: within `target` where that is a folder, else under `target`'s own
 * name. Throws `file.refused` where a folder would have to take a file's place.
 */
export function landingOf(
  target: string,
  there: Pick<LeaseFile, 'kind'> | undefined,
  source: { name: string; isFolder: boolean },
): Landing {
  if (there?.kind === 'folder') return { folder: target, name: source.name }
  if (there !== undefined && source.isFolder) {
    throw new SubletError('file.refused', `${target} is a file, and a folder is to be copied there.`, {
      hint: 'Name a folder, or a name that is free.',
    })
  }
  if (there === undefined && target.endsWith('/') && !source.isFolder) {
    throw new SubletError('file.not-found', `There is no folder ${target}.`, { hint: 'Make it first.' })
  }
  const plain = target.replace(/\/+$/, '') || '/'
  return { folder: posix.dirname(plain), name: posix.basename(plain) }
}

/** What a path is called, also where it ends in a slash or is a folder's own dot. */
export function nameOf(path: string, resolved: string): string {
  const name = basename(path)
  return name === '' || name === '.' || name === '..' ? basename(resolved) : name
}
