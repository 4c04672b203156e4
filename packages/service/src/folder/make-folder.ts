import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SubletError } from '@sublet/protocol'

const reasons: Record<string, string> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file is in its place',
  ENOENT: 'nothing can be made there',
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Node's own recursive mkdir never ends below /proc, where a parent exists and nothing can be made in it. */
async function make(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return
    const parent = dirname(path)
    if (codeOf(error) !== 'ENOENT' || parent === path || (await exists(parent))) throw error
    await make(parent)
    await mkdir(path, { mode: 0o700 })
  }
}

/**
 * A folder that only its owner may enter, with those above it; one that is there is left as it is. Throws
 * `config.invalid` with the reason where it can't be made.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await make(path)
  } catch (error) {
    throw explainFolderError(path, error)
  }
}

/** Why nothing can be written in a folder; an error with another cause is returned as it is. */
export function explainFolderError(path: string, error: unknown): unknown {
  const reason = reasons[codeOf(error)]
  if (reason === undefined) return error
  return new SubletError('config.invalid', `The folder ${path} cannot be used: ${reason}.`, {
    hint: 'Mend that, or name another folder with --data or SUBLET_DATA.',
    cause: error,
  })
}
