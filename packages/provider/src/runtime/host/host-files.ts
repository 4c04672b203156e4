import { realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { type LeaseFile, SubletError } from '@sublet/protocol'
import { packPath, unpackArchive } from '@sublet/service'

/** What lies at a place of this machine; undefined where nothing does. */
export async function statHostFile(place: string): Promise<LeaseFile | undefined> {
  const seen = await stat(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new SubletError('file.refused', `That path cannot be looked at: ${error.code}.`, { cause: error })
  })
  if (seen === undefined) return undefined
  return {
    kind: seen.isDirectory() ? 'folder' : seen.isFile() ? 'file' : 'other',
    sizeBytes: seen.isFile() ? seen.size : 0,
    mode: seen.mode % 0o1000,
    modifiedAtMs: Math.round(seen.mtimeMs),
  }
}

/** `path` is what the tenant calls the place. */
export async function packHostFiles(place: string, path: string): Promise<Readable> {
  if ((await statHostFile(place)) === undefined) throw notFound(path)
  // A volume is a link to its folder.
  return packPath({ path: await realpath(place), name: basename(place) })
}

export async function unpackHostFiles(place: string, path: string, archive: Readable): Promise<void> {
  if ((await statHostFile(place))?.kind !== 'folder') {
    archive.destroy()
    throw notFound(path)
  }
  await unpackArchive(archive, { into: await realpath(place) })
}

function notFound(path: string): SubletError {
  return new SubletError('file.not-found', `There is no ${path} in the instance.`)
}
