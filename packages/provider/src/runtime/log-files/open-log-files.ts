import { type FileHandle, open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SubletError } from '@sublet/protocol'

/** The files of one log. A full one moves to the next path, and what has no next path is removed. */
export interface LogFiles {
  /** The one that is written to, then the older ones. */
  paths: readonly string[]
  /** Older ones may lie compressed, under their path with `.gz`. */
  areCompressed: boolean
}

/** Open, it can be read to its end wherever it moves, and after it was removed. */
export interface OpenLogFile {
  handle: FileHandle
  inode: number
  /** When it was opened; of a compressed one as it lies. */
  sizeBytes: number
  changedAtMs: number
  isCompressed: boolean
}

export function unreadable(cause: unknown): SubletError {
  const { code, message } = cause as NodeJS.ErrnoException
  return new SubletError('runtime.failed', `A log file cannot be read (${code ?? message}).`, { cause })
}

async function openIfThere(path: string, isCompressed: boolean): Promise<OpenLogFile | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw unreadable(error)
  })
  if (handle === undefined) return undefined
  const { ino: inode, size: sizeBytes, mtimeMs: changedAtMs } = await handle.stat()
  return { handle, inode, sizeBytes, changedAtMs, isCompressed }
}

/** As often as files may be rotated while they are opened. */
const mostTries = 5

/** Every file of a log that is there, the oldest first. */
export async function openLogFiles(files: LogFiles): Promise<OpenLogFile[]> {
  for (let tries = 1; ; tries += 1) {
    const found = await openOnce(files)
    const isSettled = (await inodeAt(files.paths[0] ?? '')) === found.currentInode
    if (isSettled || tries === mostTries) return found.files.reverse()
    await closeAll(found.files)
  }
}

/** From the newest on: what moves while it is opened is met at its next path again, and then known. */
async function openOnce({ paths, areCompressed }: LogFiles) {
  const files: OpenLogFile[] = []
  let currentInode: number | undefined
  try {
    for (const [age, path] of paths.entries()) {
      const file =
        (await openIfThere(path, false)) ??
        (areCompressed && age > 0 ? await openIfThere(`${path}.gz`, true) : undefined)
      if (age === 0) currentInode = file?.inode
      if (file === undefined) continue
      if (files.some(({ inode }) => inode === file.inode)) await file.handle.close()
      else files.push(file)
    }
    return { files, currentInode }
  } catch (error) {
    await closeAll(files)
    throw error
  }
}

async function inodeAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.ino
}

/** Those that were begun after `last`, the oldest first; all when there is no such file any more. */
export async function openNewerThan(last: OpenLogFile | undefined, files: LogFiles): Promise<OpenLogFile[]> {
  const all = await openLogFiles(files)
  if (last === undefined) return all
  let newerFrom = 0
  for (const [at, file] of all.entries()) if (await areSame(file, last)) newerFrom = at + 1
  await closeAll(all.slice(0, newerFrom))
  return all.slice(newerFrom)
}

export async function closeAll(files: readonly OpenLogFile[]): Promise<void> {
  for (const { handle } of files) await handle.close()
}

/** Whether two are one, compressed or not. */
async function areSame(one: OpenLogFile, other: OpenLogFile): Promise<boolean> {
  if (one.isCompressed === other.isCompressed) return one.inode === other.inode
  const [oneHead, otherHead] = await Promise.all([headOf(one), headOf(other)])
  return oneHead.length > 0 && oneHead.equals(otherHead)
}

/** More than one entry has, so that it holds a stamp, which no other file begins with. */
const headBytes = 128 * 1024

async function headOf(file: OpenLogFile): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of file.isCompressed ? decompressed(file) : bytesOf(file)) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes >= headBytes) break
  }
  return Buffer.concat(pieces).subarray(0, headBytes)
}

async function* bytesOf({ handle }: OpenLogFile): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(headBytes), 0, headBytes, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** As far as it is whole: one may be cut off where a machine went down. */
export async function* decompressed(file: OpenLogFile): AsyncGenerator<Buffer> {
  const packed = Readable.from(bytesOf(file))
  const gunzip = createGunzip()
  packed.once('error', (error) => gunzip.destroy(error))
  packed.pipe(gunzip)
  try {
    for await (const chunk of gunzip) yield chunk as Buffer
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw unreadable(error)
  } finally {
    packed.destroy()
    gunzip.destroy()
  }
}
