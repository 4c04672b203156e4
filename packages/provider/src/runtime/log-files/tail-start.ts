import { cutEntries } from './entry-cutter.ts'
import type { EntryFormat } from './entry-format.ts'
import { createLineJoiner } from './line-joiner.ts'
import { closeAll, type OpenLogFile } from './open-log-files.ts'

export interface LogStart {
  /** Those that are to be read, the oldest first. */
  files: readonly OpenLogFile[]
  /** Where in the first of them. */
  startBytes: number
  /** So many lines from there on are not wanted. */
  skip: number
}

export interface WantedLines {
  tail: number | undefined
  sinceMs: number | undefined
  format: EntryFormat
}

const firstLookBytes = 64 * 1024
const likelyEntryBytes = 256
/** What a file's time of change may lag behind its last entry's. */
const clockSlackMs = 1_000

/** Where to begin, so that neither files nor parts of them are read in vain. Closes the files that are not wanted. */
export async function startOf(open: readonly OpenLogFile[], wanted: WantedLines): Promise<LogStart> {
  try {
    const recent = open.findIndex(
      ({ changedAtMs }, at) => at === open.length - 1 || changedAtMs + clockSlackMs >= (wanted.sinceMs ?? 0),
    )
    const files = open.slice(Math.max(0, recent))
    const start =
      wanted.tail === undefined
        ? { files, startBytes: 0, skip: 0 }
        : await tailStart(files, wanted.tail, wanted.format)
    await closeAll(open.slice(0, open.length - start.files.length))
    return start
  } catch (error) {
    await closeAll(open)
    throw error
  }
}

/** Looks at ever longer ends, until there is one line more than is wanted: the first may have begun before. */
async function tailStart(files: OpenLogFile[], tail: number, format: EntryFormat): Promise<LogStart> {
  let after = 0
  for (let at = files.length - 1; at >= 0; at -= 1) {
    const file = files[at]
    if (file === undefined) break
    for (let lookBytes = Math.max(firstLookBytes, tail * likelyEntryBytes); ; lookBytes *= 4) {
      const startBytes = file.isCompressed ? 0 : Math.max(0, file.sizeBytes - lookBytes)
      const isNewest = at === files.length - 1
      const total = after + (await countLines(file, { startBytes, isNewest, format }))
      if (total > tail) return { files: files.slice(at), startBytes, skip: total - tail }
      if (startBytes > 0) continue
      after = total
      break
    }
  }
  return { files, startBytes: 0, skip: 0 }
}

async function countLines(
  file: OpenLogFile,
  { startBytes, isNewest, format }: { startBytes: number; isNewest: boolean; format: EntryFormat },
): Promise<number> {
  const lines = createLineJoiner(format)
  const entry = format.reader()
  let count = 0
  const cutter = cutEntries(file, startBytes)
  for await (const _more of cutter.readOn(
    (buffer, from, to) => entry(buffer, from, to, lines),
    file.sizeBytes,
  )) {
    count += lines.take()?.count ?? 0
  }
  // What an older file leaves begun ends in the next one.
  if (isNewest) lines.finish()
  return count + (lines.take()?.count ?? 0)
}
