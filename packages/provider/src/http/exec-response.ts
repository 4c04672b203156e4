import {
  decodeExecFrames,
  encodeExecFrame,
  type OpenedRequest,
  type ResponseToSeal,
  resizeSchema,
  SubletError,
} from '@sublet/protocol'
import { z } from 'zod'
import type { LeaseRunner } from '../lease/lease-runner.ts'
import type { ExecSession, Runtime } from '../runtime/runtime.ts'
import { parseQuery } from './body.ts'

export interface ExecParts {
  runner: LeaseRunner
  runtime: Runtime
  query: URLSearchParams
  body: OpenedRequest['body']
  signal: AbortSignal
}

const querySchema = z.object({
  service: z.string().optional(),
  replica: z.coerce.number().int().min(0).optional(),
  command: z.string().transform((text, context) => {
    const parsed = z.array(z.string()).min(1).safeParse(jsonOrUndefined(text))
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: 'a JSON list of words, the program first' })
    return z.NEVER
  }),
  tty: z.enum(['true', 'false', '1', '0']).default('false'),
  columns: z.coerce.number().int().min(1).max(1000).optional(),
  rows: z.coerce.number().int().min(1).max(1000).optional(),
})

/** Runs a command in a lease; frames go both ways until it ends. */
export async function execResponse(parts: ExecParts): Promise<ResponseToSeal> {
  const { runner, runtime, signal } = parts
  const query = parseQuery(querySchema, parts.query)
  const id = instanceFor(runner, query)
  const session = await runtime.exec(id, {
    command: query.command,
    tty: query.tty === 'true' || query.tty === '1',
    ...(query.columns === undefined ? {} : { columns: query.columns }),
    ...(query.rows === undefined ? {} : { rows: query.rows }),
  })
  signal.addEventListener('abort', () => session.close(), { once: true })
  void feed(session, parts.body).catch(() => session.close())
  const body = frames(session, outputOf(session))
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body }
}

/** The instance that a tenant means. Throws `service.not-found` or `lease.not-ready`. */
export function instanceFor(
  runner: LeaseRunner,
  { service, replica }: { service?: string | undefined; replica?: number | undefined },
): string {
  const names = runner.record.status.services.map(({ name }) => name)
  const name = service ?? (names.length === 1 ? names[0] : undefined)
  if (name === undefined || !names.includes(name)) {
    const found =
      service === undefined ? 'The lease has several services.' : `The lease has no service ${service}.`
    throw new SubletError('service.not-found', found, { hint: `Name one of: ${names.join(', ')}.` })
  }
  const instance = runner.instances(name).find((one) => replica === undefined || one.replica === replica)
  if (instance !== undefined) return instance.id
  const count = runner.record.status.services.find((one) => one.name === name)?.replicas ?? 0
  if (replica !== undefined && replica >= count) {
    throw new SubletError('service.not-found', `${name} has no replica ${replica}.`, {
      hint: count === 1 ? 'It has one, number 0.' : `They are numbered from 0 to ${count - 1}.`,
    })
  }
  throw new SubletError('lease.not-ready', `${name} is not running at this moment.`, {
    hint: 'Try again shortly.',
  })
}

/** What the tenant types and how it resizes, to the command. */
async function feed(session: ExecSession, body: OpenedRequest['body']): Promise<void> {
  session.stdin.on('error', () => undefined)
  for await (const { kind, bytes } of decodeExecFrames(body)) {
    if (kind === 'stdin') {
      if (!session.stdin.write(bytes)) await new Promise((resolve) => session.stdin.once('drain', resolve))
    } else if (kind === 'resize') {
      const { columns, rows } = resizeSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
      await session.resize(columns, rows).catch(() => undefined)
    } else if (kind === 'stdinEnd') session.stdin.end()
  }
  session.stdin.end()
}

type Pulled = { stream: OutputStream; result: IteratorResult<unknown> }
interface OutputStream {
  kind: 'stdout' | 'stderr'
  iterator: AsyncIterator<unknown>
}

const pull = async (stream: OutputStream): Promise<Pulled> => ({
  stream,
  result: await stream.iterator.next(),
})

/** Reads from the start, not only once the answer is on its way: Node drops what a process that is over said to nobody. */
function outputOf(session: ExecSession): Map<OutputStream, Promise<Pulled>> {
  const pending = new Map<OutputStream, Promise<Pulled>>()
  for (const kind of ['stdout', 'stderr'] as const) {
    const stream = { kind, iterator: session[kind][Symbol.asyncIterator]() }
    const first = pull(stream)
    // It may fail before anybody waits for it.
    first.catch(() => undefined)
    pending.set(stream, first)
  }
  return pending
}

/** What the command says, and last how it ended. */
async function* frames(
  session: ExecSession,
  pending: Map<OutputStream, Promise<Pulled>>,
): AsyncGenerator<Uint8Array> {
  try {
    while (pending.size > 0) {
      const { stream, result } = await Promise.race(pending.values())
      if (result.done === true) {
        pending.delete(stream)
        continue
      }
      yield encodeExecFrame(stream.kind, toBytes(result.value))
      pending.set(stream, pull(stream))
    }
    const exitCode = await session.exitCode
    yield encodeExecFrame('exit', new TextEncoder().encode(JSON.stringify({ exitCode })))
  } finally {
    session.close()
  }
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new TextEncoder().encode(String(chunk))
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
