import { Readable } from 'node:stream'
import {
  type Address,
  type Hex,
  leaseFileAnswerSchema,
  type OpenedRequest,
  type ResponseToSeal,
} from '@sublet/protocol'
import { z } from 'zod'
import { parseQuery } from './body.ts'
import { instanceFor } from './exec-response.ts'
import type { SealedParts } from './sealed-parts.ts'

const placeQuery = z.object({
  path: z.string().regex(/^\/[^\0]*$/, 'an absolute path'),
  service: z.string().optional(),
  replica: z.coerce.number().int().min(0).optional(),
})

export interface FileRequest {
  tenant: Address
  leaseId: Hex
  search: URLSearchParams
}

async function placeOf({ leases }: SealedParts, { tenant, leaseId, search }: FileRequest) {
  const { path, ...which } = parseQuery(placeQuery, search)
  return { path, id: instanceFor(await leases.live(tenant, leaseId), which) }
}

/** What lies at a path of an instance. */
export async function statFileResponse(parts: SealedParts, request: FileRequest): Promise<ResponseToSeal> {
  const { id, path } = await placeOf(parts, request)
  const file = await parts.runtime.statFile(id, path)
  const answer = leaseFileAnswerSchema.parse(file === undefined ? {} : { file })
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(answer)),
  }
}

/** A file or folder out of an instance, as a tar archive, no faster than it is read. */
export async function packFilesResponse(
  parts: SealedParts,
  request: FileRequest,
  signal: AbortSignal,
): Promise<ResponseToSeal> {
  const { id, path } = await placeOf(parts, request)
  const archive = await parts.runtime.packFiles(id, path)
  signal.addEventListener('abort', () => archive.destroy(), { once: true })
  return { status: 200, headers: { 'content-type': 'application/x-tar' }, body: archive }
}

/** A tar archive into a folder of an instance, no faster than that takes it. Answers when it is unpacked. */
export async function unpackFilesResponse(
  parts: SealedParts,
  request: FileRequest,
  body: OpenedRequest['body'],
): Promise<ResponseToSeal> {
  const { id, path } = await placeOf(parts, request)
  await parts.runtime.unpackFiles(id, path, Readable.from(body, { objectMode: false }))
  return { status: 204, headers: {} }
}
