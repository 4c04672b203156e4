import fastifyWebsocket from '@fastify/websocket'
import {
  bytes32Schema,
  decodeExecFrames,
  encodeExecFrame,
  isSubletError,
  resizeSchema,
} from '@sublet/protocol'
import {
  type Channel,
  createChannel,
  type ExecOptions,
  type ExecSession,
  type OpenProvider,
} from '@sublet/sdk'
import type { HttpServer, Log } from '@sublet/service'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Deployments } from '../deployment/deployments.ts'

const leaseParams = z.object({ id: bytes32Schema })
const commandSchema = z.array(z.string()).min(1)
const size = z.coerce.number().int().min(1).max(1000)
const execQuery = z.object({
  /** JSON: the command and its arguments. */
  command: z.string().transform((text, context) => {
    const parsed = commandSchema.safeParse(safeJson(text))
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: 'must be a JSON list of texts, such as ["sh"]' })
    return z.NEVER
  }),
  service: z.string().optional(),
  replica: z.coerce.number().int().min(0).optional(),
  tty: z
    .enum(['true', 'false', '1', '0'])
    .transform((text) => text === 'true' || text === '1')
    .optional(),
  columns: size.optional(),
  rows: size.optional(),
})

/** Application codes of WebSocket begin at 4000; the reason says the rest. */
const refusedCode = 4000
const maxReasonBytes = 120
const maxMessageBytes = 1024 * 1024 + 5

/** A shell into a lease: binary messages both ways, one exec frame each. */
export function execRoute(
  server: HttpServer,
  deployments: Deployments,
  openProvider: OpenProvider,
  log: Log,
): void {
  server.register(fastifyWebsocket, { options: { maxPayload: maxMessageBytes } })
  server.register(async (scope) => {
    scope.get(
      '/v1/leases/:id/exec',
      { websocket: true, schema: { hide: true } },
      async (socket: WebSocket, request) => {
        const sent = createChannel<Uint8Array>()
        socket.on('message', (data: Buffer) => {
          // Nobody may send faster than the command reads.
          socket.pause()
          void sent.push(new Uint8Array(data)).then(() => socket.resume())
        })
        const gone = new AbortController()
        socket.on('close', () => {
          sent.end()
          gone.abort()
        })
        socket.on('error', () => {})
        try {
          const { id } = leaseParams.parse(request.params)
          const options: ExecOptions = { ...execQuery.parse(request.query), signal: gone.signal }
          const lease = deployments.lease(id)
          const provider = await openProvider(lease)
          await attach(socket, sent, await provider.exec(lease.leaseId, options))
          socket.close(1000)
        } catch (error) {
          if (gone.signal.aborted) return
          if (!isSubletError(error) && !(error instanceof z.ZodError))
            log.warn({ err: error }, 'a shell broke off')
          socket.close(refusedCode, reasonOf(error))
        }
      },
    )
  })
}

/** Joins the socket to the command until it ends. */
async function attach(socket: WebSocket, sent: Channel<Uint8Array>, session: ExecSession): Promise<void> {
  const input = takeInput(sent, session)
  // Input that makes no sense ends the shell; its end alone does not.
  input.catch((error: unknown) => socket.close(refusedCode, reasonOf(error)))
  for await (const frame of session.frames) await send(socket, encodeExecFrame(frame.kind, frame.bytes))
  const exit = new TextEncoder().encode(JSON.stringify({ exitCode: await session.exit }))
  await send(socket, encodeExecFrame('exit', exit))
}

async function takeInput(sent: Channel<Uint8Array>, session: ExecSession): Promise<void> {
  for await (const frame of decodeExecFrames(sent)) {
    if (frame.kind === 'stdin') await session.stdin.write(frame.bytes)
    else if (frame.kind === 'stdinEnd') await session.stdin.end()
    else if (frame.kind === 'resize') {
      const { columns, rows } = resizeSchema.parse(JSON.parse(new TextDecoder().decode(frame.bytes)))
      await session.resize(columns, rows)
    }
  }
}

function send(socket: WebSocket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    socket.send(bytes, { binary: true }, () => resolve())
  })
}

/** A close reason holds 123 bytes. */
function reasonOf(error: unknown): string {
  const text = isSubletError(error)
    ? `${error.code}: ${error.message}`
    : error instanceof z.ZodError
      ? `request.invalid: ${error.issues[0]?.path.join('.')} ${error.issues[0]?.message}`
      : 'internal: The shell broke off.'
  return Buffer.from(text)
    .subarray(0, maxReasonBytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
