import { watch } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type LogBlock, logBlockOf, type OutputLine } from '@sublet/protocol'
import type { LogRequest } from '../runtime.ts'

const readBytes = 256 * 1024
/** File watching is not to be had everywhere; this beat finds what it misses. */
const lookAgainMs = 200

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return await open(path, 'r').catch(() => undefined)
}

/** Lines of one file from where the last call ended. */
function createLineReader(file: FileHandle) {
  let at = 0
  let rest = Buffer.alloc(0)
  return async function* readOn(): AsyncGenerator<OutputLine[]> {
    const buffer = Buffer.alloc(readBytes)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, readBytes, at)
      if (bytesRead === 0) return
      at += bytesRead
      const joined = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
      let start = 0
      const lines: OutputLine[] = []
      for (let end = joined.indexOf(10); end >= 0; end = joined.indexOf(10, start)) {
        lines.push(JSON.parse(joined.toString('utf8', start, end)) as OutputLine)
        start = end + 1
      }
      rest = Buffer.from(joined.subarray(start))
      if (lines.length > 0) yield lines
    }
  }
}

async function* wholeFile(path: string): AsyncGenerator<OutputLine[]> {
  const file = await openIfThere(path)
  if (file === undefined) return
  try {
    yield* createLineReader(file)()
  } finally {
    await file.close()
  }
}

/** Where the last `tail` lines begin, as a number of lines to leave out. */
async function linesBefore(folder: string, sinceMs: number, tail: number): Promise<number> {
  let count = 0
  for (const name of ['log.1.jsonl', 'log.jsonl']) {
    for await (const lines of wholeFile(join(folder, name))) {
      count += lines.filter(({ atMs }) => atMs >= sinceMs).length
    }
  }
  return Math.max(0, count - tail)
}

/**
 * The lines that a supervisor wrote: the older file, then the current one, then, when following, what comes until
 * `ended` says that no more will.
 */
export async function* readLogFiles(
  folder: string,
  request: LogRequest,
  ended: () => Promise<boolean>,
): AsyncGenerator<LogBlock> {
  const { follow, tail, signal } = request
  const sinceMs = request.sinceMs ?? 0
  let skip = tail === undefined ? 0 : await linesBefore(folder, sinceMs, tail)
  const isWanted = ({ atMs }: OutputLine) => atMs >= sinceMs && skip-- <= 0
  async function* wanted(batches: AsyncIterable<OutputLine[]>): AsyncGenerator<LogBlock> {
    for await (const lines of batches) {
      const some = lines.filter(isWanted)
      if (some.length > 0) yield logBlockOf(some)
    }
  }
  yield* wanted(wholeFile(join(folder, 'log.1.jsonl')))

  const path = join(folder, 'log.jsonl')
  let file = await openIfThere(path)
  try {
    let readOn = file === undefined ? undefined : createLineReader(file)
    for (;;) {
      // Asked before reading: what was written until the end is then read for sure.
      const last = !follow || signal?.aborted || (await ended())
      if (readOn !== undefined) yield* wanted(readOn())
      const turned = await wasReplaced(path, file)
      if (turned) {
        if (readOn !== undefined) yield* wanted(readOn())
        await file?.close()
        file = await openIfThere(path)
        readOn = file === undefined ? undefined : createLineReader(file)
        continue
      }
      if (last) return
      await nextChange(folder, signal)
    }
  } finally {
    await file?.close()
  }
}

async function wasReplaced(path: string, file: FileHandle | undefined): Promise<boolean> {
  const now = await stat(path).catch(() => undefined)
  if (now === undefined) return false
  return file === undefined || (await file.stat()).ino !== now.ino
}

/** Settles when something in the folder changed, after a while, or when told to stop. */
export async function nextChange(folder: string, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(finish, lookAgainMs)
    let watcher: ReturnType<typeof watch> | undefined
    try {
      watcher = watch(folder, finish)
      watcher.on('error', finish)
    } catch {
      // The timer does.
    }
    signal?.addEventListener('abort', finish, { once: true })
    function finish() {
      clearTimeout(timer)
      watcher?.close()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
  })
}
