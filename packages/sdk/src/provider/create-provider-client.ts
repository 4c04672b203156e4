import {
  type Address,
  type CloseRequest,
  closeRequestSchema,
  type Hex,
  isSubletError,
  type LeaseStatus,
  type LogLine,
  leaseStatusSchema,
  logLineSchema,
  type Manifest,
  manifestSchema,
  SubletError,
  sealRequest,
} from '@sublet/protocol'
import { z } from 'zod'
import { answered } from '../http/answered.ts'
import { queryText } from '../http/query-text.ts'
import type { Transport, TransportResponse } from '../http/transport.ts'
import { readAll } from '../stream/read-all.ts'
import { readLines } from '../stream/read-lines.ts'
import { type ExecOptions, type ExecSession, openExec } from './exec.ts'
import type { SessionKeeper } from './session-keeper.ts'

export interface LogQuery {
  /** Stay, and send what comes. */
  follow?: boolean | undefined
  /** Only the last so many lines. */
  tail?: number | undefined
  /** Milliseconds since 1970. */
  sinceMs?: number | undefined
  service?: string | undefined
}

export interface CallOptions {
  signal?: AbortSignal | undefined
}

/** What a tenant can ask of one provider. Everything but the provider's address travels sealed to its key. */
export interface ProviderClient {
  readonly provider: Address
  /** Hands over what to run. The provider pulls and starts at once. */
  createLease(manifest: Manifest, options?: CallOptions): Promise<LeaseStatus>
  leases(options?: CallOptions): Promise<LeaseStatus[]>
  /** Throws `lease.not-found` when the provider knows no such lease of this tenant. */
  lease(leaseId: Hex, options?: CallOptions): Promise<LeaseStatus>
  /** The lease now, then every change, until its end. */
  events(leaseId: Hex, options?: CallOptions): AsyncGenerator<LeaseStatus>
  logs(leaseId: Hex, query?: LogQuery, options?: CallOptions): AsyncGenerator<LogLine>
  exec(leaseId: Hex, options: ExecOptions): Promise<ExecSession>
  /**
   * Stops the workload. With a signed settlement the provider settles at once and the status is the final one; see
   * `signSettlement`. Without one, an open lease ends when the tenant closes it on chain.
   */
  close(leaseId: Hex, request?: CloseRequest, options?: CallOptions): Promise<LeaseStatus>
}

export interface ProviderClientOptions {
  provider: Address
  /** X25519 key out of the registry; see `openProvider`, which looks it up. */
  publicKey: Hex
  /** The provider's API: an indexer's relay to it, or its own address. */
  relayUrl: string
  transport: Transport
  sessions: SessionKeeper
  /** Milliseconds since 1970. */
  now: () => number
}

const maxAnswerBytes = 8 * 1024 * 1024

interface SealedCall {
  method: string
  path: string
  body?: Uint8Array | AsyncIterable<Uint8Array>
  signal?: AbortSignal | undefined
}

/**
 * Speaks to a provider, sealed end to end. Calls throw `provider.unreachable` when nobody answers, and what the
 * provider's problem document names when it refuses.
 *
 * @example
 * const provider = createProviderClient({ provider, publicKey, relayUrl, transport, sessions, now: Date.now })
 * for await (const line of provider.logs(leaseId, { follow: true })) console.log(line.text)
 */
export function createProviderClient(options: ProviderClientOptions): ProviderClient {
  const { provider, publicKey, transport, sessions, now } = options
  const url = `${options.relayUrl.replace(/\/+$/, '')}/v1/sealed`
  const who = `The provider ${provider}`

  const unreachable = (cause: unknown) =>
    new SubletError('provider.unreachable', `${who} does not answer.`, {
      hint: 'It may be restarting or offline; what runs there may run on.',
      details: { provider },
      cause,
    })

  const once = async ({ method, path, body, signal }: SealedCall): Promise<TransportResponse> => {
    const session = await sessions.sessionFor(provider)
    const sealed = await sealRequest({
      recipient: publicKey,
      provider,
      session,
      method,
      path,
      ...(body === undefined ? {} : { body }),
      nowMs: now(),
    })
    const outer = await transport({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: sealed.body,
      signal,
    }).catch((cause: unknown) => {
      throw signal?.aborted ? cause : unreachable(cause)
    })
    const carried = await answered(outer, who, 'provider.unreachable')
    try {
      return await sealed.openResponse(carried.body)
    } catch (cause) {
      if (signal?.aborted) throw cause
      throw isSubletError(cause) ? cause : unreachable(cause)
    }
  }

  const call = async (request: SealedCall): Promise<TransportResponse> => {
    const repeatable = request.body === undefined || request.body instanceof Uint8Array
    try {
      return await answered(await once(request), who, 'provider.unreachable')
    } catch (error) {
      if (!repeatable || !isSubletError(error, 'session.expired')) throw error
      sessions.renew(provider)
      return answered(await once(request), who, 'provider.unreachable')
    }
  }

  const understood = <S extends z.ZodType>(schema: S, text: string): z.output<S> => {
    const parsed = schema.safeParse(jsonIn(text))
    if (parsed.success) return parsed.data
    throw new SubletError('provider.unreachable', `${who} gave an answer that is not understood.`, {
      hint: 'It may speak another version of the protocol; choose another provider.',
      cause: parsed.error,
    })
  }

  const read = async <S extends z.ZodType>(schema: S, request: SealedCall): Promise<z.output<S>> => {
    const response = await call(request)
    try {
      return understood(schema, new TextDecoder().decode(await readAll(response.body, maxAnswerBytes)))
    } catch (error) {
      throw request.signal?.aborted || isSubletError(error) ? error : unreachable(error)
    }
  }

  async function* lines<S extends z.ZodType>(schema: S, request: SealedCall): AsyncGenerator<z.output<S>> {
    const response = await call(request)
    try {
      for await (const line of readLines(response.body)) yield understood(schema, line)
    } catch (error) {
      throw request.signal?.aborted || isSubletError(error) ? error : unreachable(error)
    }
  }

  return {
    provider,
    createLease: (manifest, { signal } = {}) =>
      read(leaseStatusSchema, {
        method: 'POST',
        path: '/leases',
        body: new TextEncoder().encode(JSON.stringify(manifestSchema.encode(manifest))),
        signal,
      }),
    leases: ({ signal } = {}) => read(z.array(leaseStatusSchema), { method: 'GET', path: '/leases', signal }),
    lease: (leaseId, { signal } = {}) =>
      read(leaseStatusSchema, { method: 'GET', path: `/leases/${leaseId}`, signal }),
    events: (leaseId, { signal } = {}) =>
      lines(leaseStatusSchema, { method: 'GET', path: `/leases/${leaseId}/events`, signal }),
    logs: (leaseId, query = {}, { signal } = {}) =>
      lines(logLineSchema, {
        method: 'GET',
        path: `/leases/${leaseId}/logs${queryText({ ...query })}`,
        signal,
      }),
    exec: (leaseId, execOptions) => openExec(call, leaseId, execOptions),
    close: (leaseId, request = {}, { signal } = {}) =>
      read(leaseStatusSchema, {
        method: 'POST',
        path: `/leases/${leaseId}/close`,
        body: new TextEncoder().encode(JSON.stringify(closeRequestSchema.encode(request))),
        signal,
      }),
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
