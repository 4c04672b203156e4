import {
  type Address,
  bytes32Schema,
  closeRequestSchema,
  encodeLogBlock,
  type Hex,
  type LeaseStatus,
  leaseStatusSchema,
  logBlockOf,
  logBlocksMediaType,
  manifestSchema,
  type OpenedRequest,
  type OutputLine,
  type ResponseToSeal,
  SubletError,
  signedVoucherSchema,
  toProblem,
} from '@sublet/protocol'
import { toSubletError } from '@sublet/service'
import { z } from 'zod'
import { leaseLogs } from '../lease/lease-logs.ts'
import { inTime } from '../lease/patience.ts'
import { parseJson, parseQuery, readBody } from './body.ts'
import { execResponse } from './exec-response.ts'
import { packFilesResponse, statFileResponse, unpackFilesResponse } from './file-responses.ts'
import type { SealedParts } from './sealed-parts.ts'
import { volumeResponse } from './volume-routes.ts'
import { statsResponse, timelineResponse } from './watch-responses.ts'

type Opened = Pick<OpenedRequest, 'tenant' | 'method' | 'path' | 'body'>

/** Answers what a tenant asks inside a sealed request. Never throws: a refusal is a problem document. */
export async function answerSealed(
  parts: SealedParts,
  request: Opened,
  signal: AbortSignal,
): Promise<ResponseToSeal> {
  try {
    return await route(parts, request, signal)
  } catch (cause) {
    const error = toSubletError(cause)
    return {
      status: error.status,
      headers: { 'content-type': 'application/problem+json' },
      body: encode(JSON.stringify(toProblem(error), bigintsAsText)),
    }
  }
}

async function route(parts: SealedParts, { tenant, method, path, body }: Opened, signal: AbortSignal) {
  const { leases } = parts
  const url = new URL(path, 'http://provider')
  const [root, id, action] = url.pathname.split('/').slice(1)
  if (root === 'volumes')
    return await volumeResponse(parts.volumes, { tenant, method, id, action }, body, signal)
  if (root !== 'leases') throw notFound(method, url.pathname)
  if (id === undefined) {
    if (method === 'POST')
      return json(202, await leases.accept(tenant, parseJson(manifestSchema, await readBody(body))))
    if (method === 'GET') {
      const list = await leases.list(tenant)
      return respond(
        200,
        'application/json',
        encode(JSON.stringify(list.map((status) => z.encode(leaseStatusSchema, status)))),
      )
    }
    throw notFound(method, url.pathname)
  }
  const leaseId = leaseIdIn(id)
  if (method === 'GET' && action === undefined) return json(200, await leases.status(tenant, leaseId))
  if (method === 'GET' && action === 'events') return await events(parts, tenant, leaseId, signal)
  if (method === 'GET' && action === 'logs')
    return await logs(parts, tenant, leaseId, url.searchParams, signal)
  if (method === 'GET' && action === 'timeline')
    return await timelineResponse(parts, tenant, leaseId, url.searchParams, signal)
  if (method === 'GET' && action === 'stats')
    return await statsResponse(parts, tenant, leaseId, url.searchParams, signal)
  const file = { tenant, leaseId, search: url.searchParams }
  if (method === 'GET' && action === 'file') return await statFileResponse(parts, file)
  if (method === 'GET' && action === 'files') return await packFilesResponse(parts, file, signal)
  if (method === 'PUT' && action === 'files') return await unpackFilesResponse(parts, file, body)
  if (method === 'POST' && action === 'exec') {
    const runner = await leases.live(tenant, leaseId)
    return await execResponse({ runner, runtime: parts.runtime, query: url.searchParams, body, signal })
  }
  if (method === 'POST' && action === 'voucher') {
    await parts.vouchers.take(tenant, parseJson(signedVoucherSchema, await readBody(body)))
    return json(200, await leases.status(tenant, leaseId))
  }
  if (method === 'POST' && action === 'close')
    return await close(parts, tenant, leaseId, await readBody(body))
  throw notFound(method, url.pathname)
}

async function events({ leases }: SealedParts, tenant: Address, leaseId: Hex, signal: AbortSignal) {
  await leases.status(tenant, leaseId)
  const lines = async function* () {
    for await (const status of leases.events(tenant, leaseId, signal)) {
      yield encode(`${JSON.stringify(z.encode(leaseStatusSchema, status))}\n`)
    }
  }
  return respond(200, 'application/x-ndjson', lines())
}

const logQuerySchema = z.object({
  follow: z.enum(['true', 'false', '1', '0', '']).default('false'),
  tail: z.coerce.number().int().min(0).max(100_000).optional(),
  sinceMs: z.coerce.number().min(0).optional(),
  service: z.string().optional(),
})

async function logs(
  parts: SealedParts,
  tenant: Address,
  leaseId: Hex,
  search: URLSearchParams,
  signal: AbortSignal,
) {
  const query = parseQuery(logQuerySchema, search)
  const status = await parts.leases.status(tenant, leaseId)
  const runner = await parts.leases.live(tenant, leaseId).catch(() => undefined)
  let through: () => void = () => {}
  const isThere = runner?.reading(
    new Promise((resolve) => {
      through = resolve
    }),
  )
  // What is left of an ended lease are its last lines.
  if (runner === undefined || isThere !== true) {
    const { record } = runner ?? { record: { status } }
    return respond(200, logBlocksMediaType, lastLines(record.status, query.tail))
  }
  const follow = query.follow === 'true' || query.follow === '1' || query.follow === ''
  const batches = leaseLogs(runner, parts.runtime, { ...query, follow, signal }, parts.sleep)
  // The first lines are taken before answering, so that a wrong service is refused and not cut off.
  const first = follow
    ? undefined
    : await batches.next().catch((error: unknown) => {
        through()
        throw error
      })
  const pieces = async function* () {
    try {
      if (first?.done === true) return
      if (first !== undefined) yield encodeLogBlock(first.value, first.value.block)
      for await (const batch of batches) yield encodeLogBlock(batch, batch.block)
    } finally {
      through()
    }
  }
  return respond(200, logBlocksMediaType, pieces())
}

function lastLines(
  { lastLogLines = [], services, phaseAtMs, phase }: LeaseStatus,
  tail: number | undefined,
): Uint8Array {
  const atMs = phaseAtMs[phase] ?? 0
  const service = services[0]?.name ?? ''
  const lines = lastLogLines
    .slice(tail === undefined ? 0 : Math.max(0, lastLogLines.length - tail))
    .map((text): OutputLine => ({ stream: 'stdout', atMs, text }))
  return encodeLogBlock({ service, replica: 0 }, logBlockOf(lines))
}

/** How long a tenant who asks for the end waits for it; the rest comes as events. */
const closeAnswerMs = 5_000
/** Without a settlement the end on chain is the tenant's to bring; only what is under way is waited for. */
const unsettledAnswerMs = 1_500

async function close(parts: SealedParts, tenant: Address, leaseId: Hex, text: string) {
  const { leases, sleep } = parts
  const { settlement } = text.trim() === '' ? {} : parseJson(closeRequestSchema, text)
  const known = await leases.status(tenant, leaseId)
  const runner = await leases.live(tenant, leaseId).catch(() => undefined)
  if (runner === undefined) return json(200, known)
  runner.end({
    reason: 'tenant-closed',
    message: 'Closed by the tenant.',
    ...(settlement === undefined ? {} : { settlement }),
  })
  await inTime({ sleep }, runner.done, settlement === undefined ? unsettledAnswerMs : closeAnswerMs)
  return json(200, await leases.status(tenant, leaseId))
}

function leaseIdIn(text: string): Hex {
  const parsed = bytes32Schema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new SubletError('request.invalid', `${text} is not a lease's id.`, {
    hint: 'It is 0x and 64 hexadecimal digits.',
  })
}

function notFound(method: string, path: string): SubletError {
  return new SubletError('route.not-found', `There is nothing at ${method} ${path} inside a sealed request.`)
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function json(status: number, lease: LeaseStatus): ResponseToSeal {
  return respond(status, 'application/json', encode(JSON.stringify(z.encode(leaseStatusSchema, lease))))
}

function respond(
  status: number,
  contentType: string,
  body: NonNullable<ResponseToSeal['body']>,
): ResponseToSeal {
  return { status, headers: { 'content-type': contentType }, body }
}

function bigintsAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
