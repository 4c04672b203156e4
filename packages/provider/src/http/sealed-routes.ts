import {
  type Address,
  bytes32Schema,
  closeRequestSchema,
  type Hex,
  type LeaseStatus,
  leaseStatusSchema,
  logLineSchema,
  manifestSchema,
  type OpenedRequest,
  type ResponseToSeal,
  SubletError,
  toProblem,
} from '@sublet/protocol'
import { toSubletError } from '@sublet/service'
import { z } from 'zod'
import { leaseLogs } from '../lease/lease-logs.ts'
import type { Leases } from '../lease/leases.ts'
import type { Sleep } from '../lease/patience.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { batched } from './batched.ts'
import { parseJson, parseQuery, readBody } from './body.ts'
import { execResponse } from './exec-response.ts'

export interface SealedParts {
  leases: Leases
  runtime: Runtime
  sleep: Sleep
  now: () => number
}

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
  if (method === 'POST' && action === 'exec') {
    const runner = await leases.live(tenant, leaseId)
    return await execResponse({ runner, runtime: parts.runtime, query: url.searchParams, body, signal })
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
  // What is left of an ended lease are its last lines.
  if (runner === undefined) return respond(200, 'application/x-ndjson', encode(lastLines(status, query.tail)))
  const follow = query.follow === 'true' || query.follow === '1' || query.follow === ''
  const lines = leaseLogs(runner, parts.runtime, { ...query, follow, signal }, parts.sleep)
  // The first line is taken before answering, so that a wrong service is refused and not cut off.
  const first = follow ? undefined : await lines.next()
  const text = async function* () {
    if (first !== undefined) {
      if (first.done === true) return
      yield JSON.stringify(first.value)
    }
    for await (const line of lines) yield JSON.stringify(line)
  }
  let through: () => void = () => {}
  runner.reading(
    new Promise((resolve) => {
      through = resolve
    }),
  )
  return respond(200, 'application/x-ndjson', batched(text(), { onEnd: through }))
}

function lastLines(
  { lastLogLines = [], services, phaseAtMs, phase }: LeaseStatus,
  tail: number | undefined,
): string {
  const atMs = phaseAtMs[phase] ?? 0
  const service = services[0]?.name ?? ''
  return lastLogLines
    .slice(tail === undefined ? 0 : Math.max(0, lastLogLines.length - tail))
    .map(
      (text) =>
        `${JSON.stringify(z.encode(logLineSchema, { service, replica: 0, stream: 'stdout', atMs, text }))}\n`,
    )
    .join('')
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
  const asked = new AbortController()
  await Promise.race([
    runner.done,
    sleep(settlement === undefined ? unsettledAnswerMs : closeAnswerMs, asked.signal).catch(() => undefined),
  ])
  asked.abort()
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
