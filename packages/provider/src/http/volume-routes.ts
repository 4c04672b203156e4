import {
  type Address,
  type OpenedRequest,
  type ResponseToSeal,
  restoreRequestSchema,
  SubletError,
  snapshotRequestSchema,
  type VolumeProgress,
} from '@sublet/protocol'
import type { Volumes } from '../volume/volumes.ts'
import { parseJson, readBody } from './body.ts'

/** `/volumes` inside a sealed request. */
export async function volumeResponse(
  volumes: Volumes,
  request: { tenant: Address; method: string; id: string | undefined; action: string | undefined },
  body: OpenedRequest['body'],
  signal: AbortSignal,
): Promise<ResponseToSeal> {
  const { tenant, method, id, action } = request
  if (method === 'GET' && id === undefined) return json({ volumes: await volumes.list(tenant) })
  if (method === 'POST' && id === 'restore' && action === undefined) {
    const wanted = parseJson(restoreRequestSchema, await readBody(body))
    return await progress(volumes.restore(tenant, wanted, signal))
  }
  if (method === 'POST' && id !== undefined && action === 'snapshot') {
    const wanted = parseJson(snapshotRequestSchema, await readBody(body))
    return await progress(volumes.snapshot(tenant, id, wanted, signal))
  }
  if (method === 'DELETE' && id !== undefined && action === undefined) {
    await volumes.remove(tenant, id)
    return json({})
  }
  throw new SubletError(
    'route.not-found',
    `There is no ${method} for this of volumes inside a sealed request.`,
  )
}

/** The first line is awaited, so that a refusal is an answer of its own. */
async function progress(lines: AsyncGenerator<VolumeProgress>): Promise<ResponseToSeal> {
  const first = await lines.next()
  const encode = (line: VolumeProgress) => new TextEncoder().encode(`${JSON.stringify(line)}\n`)
  const body = async function* () {
    if (first.done !== true) yield encode(first.value)
    for await (const line of lines) yield encode(line)
  }
  return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, body: body() }
}

function json(value: unknown): ResponseToSeal {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(value)),
  }
}
