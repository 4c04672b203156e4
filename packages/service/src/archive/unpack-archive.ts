import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, rm, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isSubletError, SubletError } from '@sublet/protocol'
import tar from 'tar-stream'
import { entryParts, staysInside } from './entry-name.ts'

export interface UnpackOptions {
  /** A folder that is there; nothing is written outside of it. */
  into: string
  /** Another name for the archive's one top entry. */
  topName?: string | undefined
  /** Bytes of file contents written so far. */
  onBytes?: ((bytes: number) => void) | undefined
}

export interface Unpacked {
  files: number
  bytes: number
  /** Links that would lead out, devices and the like: named, not written. */
  leftOut: string[]
}

/**
 * Unpacks a tar archive that may have been made by an enemy. No entry is written outside of `into`: no name leads out, no
 * existing or unpacked link is followed, set-user-id bits are dropped, devices are left out, hard links too. What is there
 * under a file's name is replaced. Throws `file.refused`; what was unpacked before stays.
 */
export async function unpackArchive(archive: Readable, options: UnpackOptions): Promise<Unpacked> {
  const { into, topName, onBytes } = options
  const result: Unpacked = { files: 0, bytes: 0, leftOut: [] }
  const extract = tar.extract()
  const feeding = pipeline(archive, extract)
  // Its failure ends the loop below, which reports it.
  feeding.catch(() => undefined)
  try {
    for await (const entry of extract) {
      const { name, type, mode, mtime, linkname } = entry.header
      const parts = renamed(entryParts(name), topName)
      if (type === 'directory') {
        await folder(into, parts)
        entry.resume()
      } else if (parts.length === 0) {
        entry.resume()
      } else if (type === 'file' || type === 'contiguous-file' || type === null) {
        await folder(into, parts.slice(0, -1))
        const file = await freshFile(into, parts, mode)
        try {
          for await (const chunk of entry as AsyncIterable<Uint8Array>) {
            await writeAll(file, chunk)
            result.bytes += chunk.length
            onBytes?.(result.bytes)
          }
        } finally {
          await file.close()
        }
        result.files += 1
        if (mtime !== undefined) await utimes(join(into, ...parts), mtime, mtime).catch(() => undefined)
      } else {
        const canLink = type === 'symlink' && staysInside(parts, linkname ?? '')
        if (canLink) await link(into, parts, linkname ?? '')
        else result.leftOut.push(name)
        entry.resume()
      }
    }
    await feeding
    return result
  } catch (error) {
    const fedBadly = (error as NodeJS.ErrnoException).code === 'STREAM_DESTROYED'
    archive.destroy()
    extract.destroy()
    const cause = fedBadly ? await feeding.catch((reason: unknown) => reason) : error
    throw isSubletError(cause) ? cause : refusal(cause)
  }
}

function renamed(parts: string[], topName: string | undefined): string[] {
  return topName === undefined || parts.length === 0 ? parts : [topName, ...parts.slice(1)]
}

/** Makes the folders one by one; a link among them is never followed. */
async function folder(into: string, parts: readonly string[]): Promise<void> {
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const place = join(into, ...parts.slice(0, depth))
    const seen = await lstat(place).catch(() => undefined)
    if (seen === undefined) await mkdir(place)
    else if (!seen.isDirectory()) {
      const name = parts.slice(0, depth).join('/')
      throw new SubletError(
        'file.refused',
        `${name} is no folder, and the archive wants to write below it.`,
        {
          hint: 'Move it out of the way, or copy into an empty folder.',
        },
      )
    }
  }
}

async function freshFile(into: string, parts: readonly string[], mode = 0o644): Promise<FileHandle> {
  const place = join(into, ...parts)
  await makeRoom(place, parts)
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0 } = constants
  return await open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode & 0o777)
}

async function link(into: string, parts: readonly string[], target: string): Promise<void> {
  await folder(into, parts.slice(0, -1))
  const place = join(into, ...parts)
  await makeRoom(place, parts)
  await symlink(target, place)
}

async function makeRoom(place: string, parts: readonly string[]): Promise<void> {
  const seen = await lstat(place).catch(() => undefined)
  if (seen === undefined) return
  if (seen.isDirectory()) {
    throw new SubletError(
      'file.refused',
      `${parts.join('/')} is a folder, and the archive has a file of that name.`,
      {
        hint: 'Copy to another name.',
      },
    )
  }
  await rm(place)
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done)
    done += bytesWritten
  }
}

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'it may not be written there',
  EPERM: 'it may not be written there',
  EROFS: 'it may not be written there',
  ENAMETOOLONG: 'a name is too long',
}

function refusal(error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (causes[code] !== undefined) {
    return new SubletError('file.refused', `The files cannot be written: ${causes[code]}.`, { cause: error })
  }
  if (/tar header|unexpected end|Size mismatch/i.test(message))
    return new SubletError('file.refused', 'What came is no whole tar archive.', {
      hint: 'The connection may have been cut; copy again.',
      cause: error,
    })
  return error
}
