import { posix } from 'node:path'
import { SubletError } from '@sublet/protocol'

/**
 * An entry's name as path parts below the folder that an archive is unpacked into. Throws `file.refused` for a name
 * that could lead out of it: absolute, with `..`, with a drive or a backslash where those mean something.
 */
export function entryParts(name: string, platform: NodeJS.Platform = process.platform): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  const leadsOut =
    name.startsWith('/') ||
    parts.includes('..') ||
    name.includes('\0') ||
    (platform === 'win32' && parts.some((part) => /[\\:]/.test(part)))
  if (leadsOut) {
    throw new SubletError(
      'file.refused',
      `The archive names ${JSON.stringify(name)}, outside of its folder.`,
      {
        hint: 'Nothing more of it was written. Do not trust who sent it.',
      },
    )
  }
  return parts
}

/** Whether a symbolic link at `parts` to `target` stays below the archive's folder, going by the names alone. */
export function staysInside(parts: readonly string[], target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0') || /^[a-z]:|\\/i.test(target))
    return false
  const reached = posix.normalize(posix.join(...parts.slice(0, -1), target))
  return reached !== '..' && !reached.startsWith('../')
}
