import {
  type Address,
  type CloseRequest,
  closeRequestSchema,
  type Hex,
  isSubletError,
  type LeaseEvent,
  type LeaseSample,
  type LeaseStatus,
  type LogLine,
  leaseEventSchema,
  leaseSampleSchema,
  leaseStatusSchema,
  type Manifest,
  manifestSchema,
  readLogBlocks,
  type SignedVoucher,
  SubletError,
  sealRequest,
  signedVoucherSchema,
  streamName,
} from '@sublet/protocol'
import { z } from 'zod'
import { answered } from '../http/answered.ts'
import { queryText } from '../http/query-text.ts'
import type { Transport, TransportResponse } from '../http/transport.ts'
import { readAll } from '../stream/read-all.ts'
import { readLines } from '../stream/read-lines.ts'
import { type ExecOptions, type ExecSession, openExec } from './exec.ts'
import { type CallOptions, type LeaseFiles, leaseFiles } from './files.ts'
import type { SessionKeeper } from './session-keeper.ts'
import { type TenantVolumes, tenantVolumes } from './volumes.ts'

export interface LogQuery {
  /** Stay, and send what comes. */
  follow?: boolean | undefined
  /** Only the last so many lines. */
  tail?: number | undefined
  /** Milliseconds since 1970. */
  sinceMs?: number | undefined
  service?: string | undefined
}

export interface StatsQuery {
  /** Go on at a beat; otherwise one sample. */
  follow?: boolean | undefined
  /** Milliseconds between two samples, 500 to 60,000. */
  intervalMs?: number | undefined
}

/** What a tenant can ask of one provider. Everything but the provider's address travels sealed to its key. */
export interface ProviderClient extends LeaseFiles, TenantVolumes {
  readonly provider: Address
  /** Hands over what to run. The provider pulls and starts at once. */
  createLease(manifest: Manifest, options?: CallOptions): Promise<LeaseStatus>
  leases(options?: CallOptions): Promise<LeaseStatus[]>
  /** Throws `lease.not-found` when the provider knows no such lease of this tenant. */
  lease(leaseId: Hex, options?: CallOptions): Promise<LeaseStatus>
  /** The lease now, then every change, until its end. */
  events(leaseId: Hex, options?: CallOptions): AsyncGenerator<LeaseStatus>
  /** What happened to the lease, oldest first; with `follow` also what happens, until its end. */
  timeline(
    leaseId: Hex,
    query?: { follow?: boolean | undefined },
    options?: CallOptions,
  ): AsyncGenerator<LeaseEvent>
  /** What its instances use: processor, memory, network, disk, GPUs. */
  stats(leaseId: Hex, query?: StatsQuery, options?: CallOptions): AsyncGenerator<LeaseSample>
  logs(leaseId: Hex, query?: LogQuery, options?: CallOptions): AsyncGenerator<LogLine>
  /** The same, as many lines at a time as came together: for much output. */
  logBatches(leaseId: Hex, query?: LogQuery, options?: CallOptions): AsyncGenerator<LogLine[]>
  exec(leaseId: Hex, options: ExecOptions): Promise<ExecSession>
  /** Pays a lease by voucher; answers what is asked next. See `createVoucherPayer`. */
  sendVoucher(leaseId: Hex, voucher: SignedVoucher, options?: CallOptions): Promise<LeaseStatus>
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

  /** What a caller is told when an answer could not be read: what was said with authority, or that nobody answers. */
  const failureOf = (cause: unknown, signal: AbortSignal | undefined): unknown =>
    signal?.aborted || (isSubletError(cause) && !isCutOff(cause)) ? cause : unreachable(cause)

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
      throw failureOf(cause, signal)
    }
  }

  const call = async (request: SealedCall): Promise<TransportResponse> => {
    const repeatable = request.body === undefined || request.body instanceof Uint8Array
    try {
      return await answered(await once(request), who, 'provider.unreachable')
    } catch (error) {
      if (!isSubletError(error, 'session.expired')) throw error
      sessions.renew(provider)
      if (!repeatable) throw error
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
      throw failureOf(error, request.signal)
    }
  }

  /** The lines of an answer, as many at a time as came together. */
  async function* textBatches(request: SealedCall): AsyncGenerator<string[]> {
    const response = await call(request)
    try {
      yield* readLines(response.body)
    } catch (error) {
      throw failureOf(error, request.signal)
    }
  }

  async function* lines<S extends z.ZodType>(schema: S, request: SealedCall): AsyncGenerator<z.output<S>> {
    for await (const line of flattened(textBatches(request))) yield understood(schema, line)
  }

  async function* logBatches(
    leaseId: Hex,
    query: LogQuery = {},
    { signal }: CallOptions = {},
  ): AsyncGenerator<LogLine[]> {
    const path = `/leases/${leaseId}/logs${queryText({ ...query })}`
    const response = await call({ method: 'GET', path, signal })
    try {
      for await (const { service, replica, block } of readLogBlocks(response.body)) {
        yield block.texts().map((text, at) => ({
          service,
          replica,
          stream: streamName(block.streams[at]),
          atMs: block.atMs[at] ?? 0,
          text,
        }))
      }
    } catch (error) {
      throw failureOf(error, signal)
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
    timeline: (leaseId, query = {}, { signal } = {}) =>
      lines(leaseEventSchema, {
        method: 'GET',
        path: `/leases/${leaseId}/timeline${queryText({ ...query })}`,
        signal,
      }),
    stats: (leaseId, query = {}, { signal } = {}) =>
      lines(leaseSampleSchema, {
        method: 'GET',
        path: `/leases/${leaseId}/stats${queryText({ ...query })}`,
        signal,
      }),
    logs: (leaseId, query, callOptions) => flattened(logBatches(leaseId, query, callOptions)),
    logBatches,
    ...leaseFiles(call, understood),
    ...tenantVolumes({ read, lines }),
    exec: (leaseId, execOptions) => openExec(call, leaseId, execOptions),
    sendVoucher: (leaseId, voucher, { signal } = {}) =>
      read(leaseStatusSchema, {
        method: 'POST',
        path: `/leases/${leaseId}/voucher`,
        body: new TextEncoder().encode(JSON.stringify(signedVoucherSchema.encode(voucher))),
        signal,
      }),
    close: (leaseId, request = {}, { signal } = {}) =>
      read(leaseStatusSchema, {
        method: 'POST',
        path: `/leases/${leaseId}/close`,
        body: new TextEncoder().encode(JSON.stringify(closeRequestSchema.encode(request))),
        signal,
      }),
  }
}

/** A provider that dies in the middle of an answer leaves one that is genuine as far as it goes: it is silent, no forger. */
function isCutOff(error: SubletError): boolean {
  return error.code === 'seal.invalid' && error.details?.cutOff === true
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function* flattened<T>(batches: AsyncGenerator<T[]>): AsyncGenerator<T> {
  for await (const some of batches) for (const one of some) yield one
}
