import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { SubletError } from '@sublet/protocol'
import tar from 'tar-stream'

export interface PackOptions {
  /** The file or folder. */
  path: string
  /** Its name within the archive; empty to pack a folder's contents without it. */
  name: string
  /** Bytes of file contents packed so far. */
  onBytes?: ((bytes: number) => void) | undefined
  /** Told of sockets, devices and the like, which are left out. */
  onLeftOut?: ((name: string) => void) | undefined
}

/**
 * A tar archive of a file or a folder with all below it, made no faster than it is read, in bounded memory. Links are
 * packed as links and never followed, but for `path` itself. It fails with `file.not-found` where nothing is there.
 */
export function packPath(options: PackOptions): Readable {
  const pack = tar.pack()
  packAll(pack, options).then(
    () => pack.finalize(),
    (error: unknown) => pack.destroy(error as Error),
  )
  return Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false })
}

async function packAll(pack: tar.Pack, { path, name, onBytes, onLeftOut }: PackOptions): Promise<void> {
  let bytes = 0

  async function add(place: string, entryName: string): Promise<void> {
    const seen = await lstat(place)
    const header = { name: entryName, mode: seen.mode & 0o777, mtime: seen.mtime, uid: 0, gid: 0 }
    if (seen.isDirectory()) {
      if (entryName !== '') await written(pack, { ...header, type: 'directory' })
      for (const child of (await readdir(place)).sort()) {
        await add(join(place, child), entryName === '' ? child : `${entryName}/${child}`)
      }
    } else if (seen.isFile()) {
      if (seen.size === 0) return await written(pack, { ...header, type: 'file' })
      let close: (error?: Error | null) => void = () => {}
      const closed = new Promise<void>((resolve, reject) => {
        close = (error) => (error ? reject(error) : resolve())
      })
      closed.catch(() => undefined)
      const entry = pack.entry({ ...header, type: 'file', size: seen.size }, (error) => close(error))
      let packed = 0
      for await (const chunk of createReadStream(place, { end: seen.size - 1 }) as AsyncIterable<Buffer>) {
        packed += chunk.length
        if (!entry.write(chunk)) await drained(entry)
        bytes += chunk.length
        onBytes?.(bytes)
      }
      if (packed !== seen.size) {
        throw new SubletError('file.refused', `${place} became shorter while it was read.`, {
          hint: 'Copy it when nobody writes to it.',
        })
      }
      entry.end(undefined)
      await closed
    } else if (seen.isSymbolicLink()) {
      await written(pack, { ...header, type: 'symlink', linkname: await readlink(place) })
    } else onLeftOut?.(entryName)
  }

  try {
    await add(path, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new SubletError('file.not-found', `There is no ${path}.`, { cause: error })
  }
}

function written(pack: tar.Pack, header: Partial<tar.Header> & { name: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header, '', (error) => (error ? reject(error) : resolve()))
  })
}

/** Settles too when the archive is given up. */
function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    const onDrain = () => settle(resolve)
    const onClose = () => settle(() => reject(new Error('the archive was given up')))
    stream.once('drain', onDrain)
    stream.once('close', onClose)
    function settle(finish: () => void) {
      stream.off('drain', onDrain)
      stream.off('close', onClose)
      finish()
    }
  })
}
