import { SubletError } from '@sublet/protocol'
import type { OutboundAnswer } from '../outbound/outbound.ts'

export type Digest = { algorithm: 'sha256' | 'git-sha1'; hex: string }

/** A file that lies somewhere else. */
export interface RemoteFile {
  /** Where it goes, below the target. */
  path: string
  sizeBytes?: number
  /** What its content must come to. */
  digest?: Digest
  /** Tells one version of it from another. */
  etag?: string
  /** Asks for it from a byte on; the answer may begin at 0 all the same, with status 200. */
  open(from: number, signal: AbortSignal): Promise<OutboundAnswer>
}

/** A file that is known already, such as an Ollama manifest. */
export interface KnownFile {
  path: string
  content: Uint8Array
}

export type ListedFile = RemoteFile | KnownFile

/** What one source holds at this moment. */
export interface Listing {
  /** Names the source and, as far as it tells, the version. */
  identity: string
  files: ListedFile[]
}

export function isKnown(file: ListedFile): file is KnownFile {
  return 'content' in file
}

export function sizeOf(file: ListedFile): number | undefined {
  return isKnown(file) ? file.content.length : file.sizeBytes
}

/**
 * Makes a name that a source gave into a relative path below the target. Throws `fetch.failed` for names that lead
 * out of it.
 */
export function safePath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (
    parts.length === 0 ||
    parts.includes('..') ||
    /[\0\\]/.test(name) ||
    parts.some((part) => part.length > 255)
  ) {
    throw new SubletError('fetch.failed', `${JSON.stringify(name)} is no name that a file may have here.`)
  }
  return parts.join('/')
}

/** The answer where it is good; otherwise throws `fetch.failed` with the status. */
export function expectOk(what: string, answer: OutboundAnswer): OutboundAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer
  answer.body.resume()
  const hint =
    answer.status === 401 || answer.status === 403
      ? 'It is private or gated: give a token with access to it.'
      : answer.status === 404
        ? 'Check the name and the revision.'
        : 'Try again later.'
  throw new SubletError('fetch.failed', `${what} answered with status ${answer.status}.`, { hint })
}
