import type { Readable } from 'node:stream'
import {
  type CreateDeployment,
  createDeploymentSchema,
  type Deployment,
  deploymentSchema,
  fromProblem,
  type Invoice,
  invoiceSchema,
  type LeaseEvent,
  type LeaseFile,
  type LeaseSample,
  type LeaseStatus,
  type LogLine,
  leaseEventSchema,
  leaseFileAnswerSchema,
  leaseSampleSchema,
  leaseStatusSchema,
  logLineSchema,
  type Market,
  marketSchema,
  type OwnName,
  ownNameListSchema,
  type Problem,
  SubletError,
  type TenantVolumeList,
  tenantVolumesSchema,
  type VolumeProgress,
  type VoucherChannel,
  volumeProgressSchema,
  type volumeRestoreSchema,
  type volumeSnapshotSchema,
  voucherChannelSchema,
  voucherChannelsSchema,
  type WalletSummary,
  walletSummarySchema,
} from '@sublet/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import WebSocket from 'ws'
import { z } from 'zod'
import { errorIn, unreachable, uploadStream } from './upload-stream.ts'

export interface ControllerClient {
  createDeployment(input: CreateDeployment): Promise<Deployment>
  deployments(): Promise<Deployment[]>
  deployment(id: string): Promise<Deployment>
  /** The deployment now, then at every change. */
  watchDeployment(id: string, signal?: AbortSignal): AsyncGenerator<Deployment>
  pick(id: string, group: string, provider: string): Promise<Deployment>
  closeDeployment(id: string): Promise<Deployment>
  lease(leaseId: string): Promise<LeaseStatus>
  closeLease(leaseId: string): Promise<LeaseStatus>
  invoice(leaseId: string): Promise<Invoice>
  /** The host names of its own that a lease is served at. */
  names(leaseId: string): Promise<OwnName[]>
  logs(leaseId: string, query: LogQuery, signal?: AbortSignal): AsyncGenerator<LogLine>
  timeline(
    leaseId: string,
    query: { follow?: boolean | undefined },
    signal?: AbortSignal,
  ): AsyncGenerator<LeaseEvent>
  stats(
    leaseId: string,
    query: { follow?: boolean | undefined; intervalMs?: number | undefined },
    signal?: AbortSignal,
  ): AsyncGenerator<LeaseSample>
  statFile(leaseId: string, place: FilePlace): Promise<LeaseFile | undefined>
  /** A tar archive. */
  downloadFiles(leaseId: string, place: FilePlace): AsyncGenerator<Uint8Array>
  /** Unpacks a tar archive into a folder that is there. */
  uploadFiles(leaseId: string, folder: FilePlace, archive: Readable): Promise<void>
  exec(leaseId: string, query: ExecQuery): WebSocket
  market(query: { gpu?: string | undefined; region?: string | undefined }): Promise<Market>
  wallet(): Promise<WalletSummary>
  channels(): Promise<VoucherChannel[]>
  /** Asks for a channel's collateral, or takes it back once its day is over. */
  unlockChannel(provider: string): Promise<VoucherChannel>
  volumes(): Promise<TenantVolumeList>
  removeVolume(provider: string, id: string): Promise<void>
  /** Throws `snapshot.failed` and the like when it comes to nothing, also halfway. */
  snapshotVolume(
    request: z.input<typeof volumeSnapshotSchema>,
    signal?: AbortSignal,
  ): AsyncGenerator<VolumeProgress>
  restoreVolume(
    request: z.input<typeof volumeRestoreSchema>,
    signal?: AbortSignal,
  ): AsyncGenerator<VolumeProgress>
}

export interface FilePlace {
  path: string
  service?: string | undefined
  replica?: number | undefined
}

export interface LogQuery {
  follow?: boolean | undefined
  tail?: number | undefined
  service?: string | undefined
  sinceMs?: number | undefined
}

export interface ExecQuery {
  service?: string | undefined
  command: readonly string[]
  tty: boolean
  columns: number
  rows: number
}

const deploymentsSchema = z.object({ deployments: z.array(deploymentSchema) })

function queryString(query: Record<string, unknown>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== false) parameters.set(key, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

/** Speaks to a controller over its HTTP API. Throws the SubletError that the controller's problem document names. */
export function createControllerClient(options: { url: string; token: string }): ControllerClient {
  const { token } = options
  const url = options.url.replace(/\/$/, '')

  async function call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((cause: unknown) => {
      if (signal?.aborted) throw cause
      throw unreachable(url, cause)
    })
    if (response.ok) return response
    throw errorIn(response.status, await response.text().catch(() => ''))
  }

  const decoded = async <S extends z.ZodType>(schema: S, response: Promise<Response>): Promise<z.output<S>> =>
    schema.parse(await (await response).json())

  async function* lines(response: Response): AsyncGenerator<string> {
    let rest = ''
    for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop() ?? ''
      yield* parts.filter((part) => part !== '')
    }
    if (rest !== '') yield rest
  }

  async function* volumeProgress(path: string, request: unknown, signal?: AbortSignal) {
    const response = await call('POST', path, request, signal)
    for await (const line of lines(response)) {
      const progress = volumeProgressSchema.parse(JSON.parse(line))
      if (progress.problem !== undefined) throw fromProblem(progress.problem as unknown as Problem)
      yield progress
    }
  }

  return {
    createDeployment: (input) =>
      decoded(deploymentSchema, call('POST', '/v1/deployments', createDeploymentSchema.encode(input))),
    deployments: async () => (await decoded(deploymentsSchema, call('GET', '/v1/deployments'))).deployments,
    deployment: (id) => decoded(deploymentSchema, call('GET', `/v1/deployments/${id}`)),
    async *watchDeployment(id, signal) {
      const response = await call('GET', `/v1/deployments/${id}/events`, undefined, signal)
      const events = (response.body ?? new ReadableStream())
        .pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())
      for await (const event of events) {
        if (event.event === 'deployment') yield deploymentSchema.parse(JSON.parse(event.data))
      }
    },
    pick: (id, group, provider) =>
      decoded(deploymentSchema, call('POST', `/v1/deployments/${id}/pick`, { group, provider })),
    closeDeployment: (id) => decoded(deploymentSchema, call('POST', `/v1/deployments/${id}/close`)),
    lease: (leaseId) => decoded(leaseStatusSchema, call('GET', `/v1/leases/${leaseId}`)),
    closeLease: (leaseId) => decoded(leaseStatusSchema, call('POST', `/v1/leases/${leaseId}/close`)),
    names: async (leaseId) =>
      (await decoded(ownNameListSchema, call('GET', `/v1/leases/${leaseId}/names`))).names,
    invoice: (leaseId) => decoded(invoiceSchema, call('GET', `/v1/leases/${leaseId}/invoice`)),
    async *logs(leaseId, query, signal) {
      const response = await call(
        'GET',
        `/v1/leases/${leaseId}/logs${queryString({ ...query })}`,
        undefined,
        signal,
      )
      for await (const line of lines(response)) yield logLineSchema.parse(JSON.parse(line))
    },
    async *timeline(leaseId, query, signal) {
      const response = await call(
        'GET',
        `/v1/leases/${leaseId}/timeline${queryString({ ...query })}`,
        undefined,
        signal,
      )
      for await (const line of lines(response)) yield leaseEventSchema.parse(JSON.parse(line))
    },
    async *stats(leaseId, query, signal) {
      const response = await call(
        'GET',
        `/v1/leases/${leaseId}/stats${queryString({ ...query })}`,
        undefined,
        signal,
      )
      for await (const line of lines(response)) yield leaseSampleSchema.parse(JSON.parse(line))
    },
    statFile: async (leaseId, place) =>
      (
        await decoded(
          leaseFileAnswerSchema,
          call('GET', `/v1/leases/${leaseId}/file${queryString({ ...place })}`),
        )
      ).file,
    async *downloadFiles(leaseId, place) {
      const response = await call('GET', `/v1/leases/${leaseId}/files${queryString({ ...place })}`)
      try {
        yield* (response.body ?? []) as AsyncIterable<Uint8Array>
      } catch (cause) {
        throw new SubletError('provider.unreachable', 'The copy broke off before its end.', {
          hint: 'Copy again; what came so far is not whole.',
          cause,
        })
      }
    },
    async uploadFiles(leaseId, folder, archive) {
      await uploadStream(`${url}/v1/leases/${leaseId}/files${queryString({ ...folder })}`, token, archive)
    },
    exec(leaseId, query) {
      const { command, ...rest } = query
      const path = `/v1/leases/${leaseId}/exec${queryString({ ...rest, command: JSON.stringify(command) })}`
      return new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    },
    market: (query) => decoded(marketSchema, call('GET', `/v1/market${queryString(query)}`)),
    volumes: () => decoded(tenantVolumesSchema, call('GET', '/v1/volumes')),
    async removeVolume(provider, id) {
      await call('DELETE', `/v1/volumes/${provider}/${encodeURIComponent(id)}`)
    },
    snapshotVolume: (request, signal) => volumeProgress('/v1/volumes/snapshot', request, signal),
    restoreVolume: (request, signal) => volumeProgress('/v1/volumes/restore', request, signal),
    channels: async () => (await decoded(voucherChannelsSchema, call('GET', '/v1/channels'))).channels,
    unlockChannel: (provider) =>
      decoded(voucherChannelSchema, call('POST', `/v1/channels/${encodeURIComponent(provider)}/unlock`)),
    wallet: () => decoded(walletSummarySchema, call('GET', '/v1/wallet')),
  }
}
