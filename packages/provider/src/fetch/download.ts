import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isSubletError, SubletError } from '@sublet/protocol'
import type { Sleep } from '../lease/patience.ts'
import { isKnown, type ListedFile, type RemoteFile } from './listing.ts'

export interface DownloadParts {
  /** Told of every piece as it lies on the disk. May throw, which ends the download. */
  onBytes: (bytes: number) => void
  signal: AbortSignal
  sleep: Sleep
}

const atOnce = 4
const mostTries = 5
const firstPauseMs = 500

/**
 * Brings files into a folder, a few at a time. What an interrupted download left is gone on with, where the source can
 * tell that it is still the same. Throws `fetch.failed`.
 */
export async function downloadAll(
  files: readonly ListedFile[],
  folder: string,
  parts: DownloadParts,
): Promise<void> {
  const waiting = [...files]
  const failed = new AbortController()
  const signal = AbortSignal.any([parts.signal, failed.signal])
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined && !signal.aborted; file = waiting.shift()) {
      await download(file, join(folder, file.path), { ...parts, signal })
    }
  }
  const workers = Array.from({ length: atOnce }, () =>
    worker().catch((error: unknown) => {
      failed.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(workers)
  parts.signal.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
}

async function download(file: ListedFile, place: string, parts: DownloadParts): Promise<void> {
  await mkdir(dirname(place), { recursive: true, mode: 0o755 })
  const done = await stat(place).catch(() => undefined)
  if (done?.isFile()) return parts.onBytes(done.size)
  if (isKnown(file)) {
    await writeFile(`${place}.part`, file.content, { mode: 0o644 })
    parts.onBytes(file.content.length)
  } else await downloadPatiently(file, `${place}.part`, parts)
  await rename(`${place}.part`, place)
}

async function downloadPatiently(file: RemoteFile, part: string, parts: DownloadParts): Promise<void> {
  const { signal, sleep } = parts
  for (let round = 1; ; round += 1) {
    let counted = 0
    const onBytes = (bytes: number) => {
      counted += bytes
      parts.onBytes(bytes)
    }
    try {
      return await downloadOnce(file, part, { ...parts, onBytes })
    } catch (error) {
      parts.onBytes(-counted)
      signal.throwIfAborted()
      if (round >= mostTries || isFinal(error)) throw error
      await sleep(firstPauseMs * 2 ** (round - 1), signal)
    }
  }
}

async function downloadOnce(file: RemoteFile, part: string, parts: DownloadParts): Promise<void> {
  const { sizeBytes, digest } = file
  const { signal, onBytes } = parts
  const before = (await stat(part).catch(() => undefined))?.size ?? 0
  const canTell = digest !== undefined || file.etag !== undefined
  let from = canTell && (sizeBytes === undefined || before < sizeBytes) ? before : 0
  if (before > 0 && before === sizeBytes && digest !== undefined) from = before
  let hash = hasherOf(file)
  if (from !== sizeBytes || from === 0) {
    const answer = await file.open(from, signal)
    if (from > 0 && !continues(answer.status, answer.headers['content-range'], from)) from = 0
    if (from > 0) await addFile(hash, part)
    onBytes(from)
    const handle = await open(part, from > 0 ? 'a' : 'w', 0o644)
    try {
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        signal.throwIfAborted()
        hash?.update(chunk)
        await handle.write(chunk)
        onBytes(chunk.length)
      }
      await handle.sync()
    } finally {
      answer.body.destroy()
      await handle.close()
    }
  } else {
    await addFile(hash, part)
    onBytes(from)
  }
  const got = (await stat(part)).size
  if (sizeBytes !== undefined && got < sizeBytes) {
    throw new SubletError('fetch.failed', `${file.path} broke off after ${got} of ${sizeBytes} bytes.`)
  }
  const right =
    (sizeBytes === undefined || got === sizeBytes) &&
    (digest === undefined || hash?.digest('hex') === digest.hex)
  hash = undefined
  if (right) return
  // Whatever it is, it is not what the source promised; beginning anew is all that helps.
  await rm(part, { force: true })
  throw new SubletError('fetch.failed', `${file.path} came with another content than its source promises.`)
}

function hasherOf({ digest, sizeBytes = 0 }: RemoteFile): Hash | undefined {
  if (digest === undefined) return undefined
  return digest.algorithm === 'sha256'
    ? createHash('sha256')
    : createHash('sha1').update(`blob ${sizeBytes}\0`)
}

async function addFile(hash: Hash | undefined, path: string): Promise<void> {
  if (hash === undefined) return
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
}

function continues(status: number, range: string | undefined, from: number): boolean {
  return status === 206 && new RegExp(`^bytes ${from}-`).test(range ?? '')
}

/** Errors that another try would meet again. */
function isFinal(error: unknown): boolean {
  if (isSubletError(error, 'fetch.failed')) return /status 4\d\d|public internet|storage/.test(error.message)
  return ['ENOSPC', 'EDQUOT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(
    (error as { code?: string }).code ?? '',
  )
}
