import { type Hex, type LeaseFile, leaseFileAnswerSchema } from '@sublet/protocol'
import type { z } from 'zod'
import { queryText } from '../http/query-text.ts'
import type { TransportResponse } from '../http/transport.ts'
import { readAll } from '../stream/read-all.ts'

export interface CallOptions {
  signal?: AbortSignal | undefined
}

/** A place inside one instance of a lease. */
export interface FilePlace {
  /** Absolute. */
  path: string
  /** The lease's only service unless named. */
  service?: string | undefined
  /** From 0. */
  replica?: number | undefined
}

/** Files of a lease's instances, as tar archives (POSIX.1-2001, not compressed). */
export interface LeaseFiles {
  /** Undefined where nothing lies there. */
  statFile(leaseId: Hex, place: FilePlace, options?: CallOptions): Promise<LeaseFile | undefined>
  /** An archive with one entry at its top, named as the path's last part. Throws `file.not-found`. Judge its names before you write them. */
  downloadFiles(leaseId: Hex, place: FilePlace, options?: CallOptions): AsyncGenerator<Uint8Array>
  /** Unpacks an archive into a folder that is there. Throws `file.not-found` or `file.refused`. */
  uploadFiles(
    leaseId: Hex,
    folder: FilePlace,
    archive: AsyncIterable<Uint8Array>,
    options?: CallOptions,
  ): Promise<void>
}

const maxAnswerBytes = 64 * 1024

export function leaseFiles(
  call: (request: {
    method: string
    path: string
    body?: Uint8Array | AsyncIterable<Uint8Array>
    signal?: AbortSignal | undefined
  }) => Promise<TransportResponse>,
  understood: <S extends z.ZodType>(schema: S, text: string) => z.output<S>,
): LeaseFiles {
  const pathOf = (leaseId: Hex, action: string, place: FilePlace) =>
    `/leases/${leaseId}/${action}${queryText({ ...place })}`
  return {
    async statFile(leaseId, place, { signal } = {}) {
      const { body } = await call({ method: 'GET', path: pathOf(leaseId, 'file', place), signal })
      return understood(leaseFileAnswerSchema, new TextDecoder().decode(await readAll(body, maxAnswerBytes)))
        .file
    },
    async *downloadFiles(leaseId, place, { signal } = {}) {
      const { body } = await call({ method: 'GET', path: pathOf(leaseId, 'files', place), signal })
      yield* body
    },
    async uploadFiles(leaseId, folder, archive, { signal } = {}) {
      const { body } = await call({
        method: 'PUT',
        path: pathOf(leaseId, 'files', folder),
        body: archive,
        signal,
      })
      await readAll(body, maxAnswerBytes)
    },
  }
}
