import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { LogBlock } from '@sublet/protocol'
import type { LogRequest } from '../runtime.ts'
import { cutEntries, type EntryCutter } from './entry-cutter.ts'
import type { EntryFormat } from './entry-format.ts'
import { type FolderWatch, watchFolder } from './folder-watch.ts'
import { createLineJoiner } from './line-joiner.ts'
import { closeAll, type LogFiles, type OpenLogFile, openLogFiles, openNewerThan } from './open-log-files.ts'
import { startOf } from './tail-start.ts'

export interface LogSource {
  files: LogFiles
  format: EntryFormat
  /** Settles when no more will be written; rejects when nobody can tell any more. Asked by those who follow. */
  ended(signal: AbortSignal): Promise<void>
}

interface Reading {
  file: OpenLogFile
  cutter: EntryCutter
}

/**
 * The lines of a log that lies in files: those that are there, then, when following, what comes until the end. What is
 * rotated meanwhile is read to its end first.
 */
export async function* readLogFiles(source: LogSource, request: LogRequest): AsyncGenerator<LogBlock> {
  const { follow, tail, sinceMs, signal } = request
  if (signal?.aborted) return
  const { files, format } = source
  const [path = ''] = files.paths
  // Watched before the first look, so that nothing falls between the two.
  const following = follow ? beginFollowing(source, watchFolder(dirname(path)), signal) : undefined
  const reading: Reading[] = []
  try {
    const start = await startOf(await openLogFiles(files), { tail, sinceMs, format })
    for (const [at, file] of start.files.entries()) {
      reading.push({ file, cutter: cutEntries(file, at === 0 ? start.startBytes : 0) })
    }
    const lines = createLineJoiner({
      ...format,
      skip: start.skip,
      ...(sinceMs === undefined ? {} : { sinceMs }),
    })
    const entry = format.reader()
    const take = (buffer: Buffer, from: number, to: number) => entry(buffer, from, to, lines)

    for (;;) {
      // Asked before reading: what was written until the end is then read for sure.
      const isOver = following === undefined || following.isOver()
      for (;;) {
        const [first] = reading
        if (first === undefined) break
        for await (const _more of first.cutter.readOn(take, follow ? undefined : first.file.sizeBytes)) {
          const block = lines.take()
          if (block !== undefined) yield block
          if (signal?.aborted) return
        }
        // The last of them may still be written to; the others are as long as they will ever be.
        if (reading.length === 1) break
        first.cutter.finish(take)
        reading.shift()
        await first.file.handle.close()
      }
      const [current] = reading
      if (following !== undefined && (await isAnother(path, current?.file))) {
        const newer = await openNewerThan(current?.file, files)
        reading.push(...newer.map((file) => ({ file, cutter: cutEntries(file) })))
        continue
      }
      if (isOver) {
        current?.cutter.finish(take)
        break
      }
      await following?.changed()
      if (signal?.aborted) return
    }
    lines.finish()
    const last = lines.take()
    if (last !== undefined) yield last
    following?.throwIfLost()
  } finally {
    following?.stop()
    await closeAll(reading.map(({ file }) => file))
  }
}

/** Whether another file than the known one lies at the path. */
async function isAnother(path: string, known: OpenLogFile | undefined): Promise<boolean> {
  const now = await stat(path).catch(() => undefined)
  return now !== undefined && now.ino !== known?.inode
}

function beginFollowing(source: LogSource, watch: FolderWatch, signal: AbortSignal | undefined) {
  const stopped = new AbortController()
  let isOver = false
  let lost: { error: unknown } | undefined
  source
    .ended(stopped.signal)
    .catch((error: unknown) => {
      lost = { error }
    })
    .finally(() => {
      isOver = true
      watch.wake()
    })
  signal?.addEventListener('abort', watch.wake, { once: true })
  return {
    isOver: () => isOver,
    changed: () => watch.changed(),
    /** Throws where nobody can tell whether that was all. */
    throwIfLost() {
      if (lost !== undefined) throw lost.error
    },
    stop() {
      signal?.removeEventListener('abort', watch.wake)
      watch.close()
      stopped.abort()
    },
  }
}
