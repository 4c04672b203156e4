import {
  type CreateDeployment,
  createDeploymentSchema,
  type Deployment,
  deploymentSchema,
  fromProblem,
  type LeaseStatus,
  type LogLine,
  leaseStatusSchema,
  logLineSchema,
  type Market,
  marketSchema,
  type Problem,
  SubletError,
  type WalletSummary,
  walletSummarySchema,
} from '@sublet/protocol'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import WebSocket from 'ws'
import { z } from 'zod'

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
  logs(leaseId: string, query: LogQuery, signal?: AbortSignal): AsyncGenerator<LogLine>
  exec(leaseId: string, query: ExecQuery): WebSocket
  market(query: { gpu?: string | undefined; region?: string | undefined }): Promise<Market>
  wallet(): Promise<WalletSummary>
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
      throw new SubletError('controller.unreachable', `The controller at ${url} does not answer.`, {
        hint: 'Start the network with `sublet up`.',
        cause,
      })
    })
    if (response.ok) return response
    const problem = (await response.json().catch(() => undefined)) as Problem | undefined
    throw problem?.code === undefined
      ? new SubletError('internal', `The controller answered ${response.status} without a reason.`)
      : fromProblem(problem)
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
    async *logs(leaseId, query, signal) {
      const response = await call(
        'GET',
        `/v1/leases/${leaseId}/logs${queryString({ ...query })}`,
        undefined,
        signal,
      )
      for await (const line of lines(response)) yield logLineSchema.parse(JSON.parse(line))
    },
    exec(leaseId, query) {
      const { command, ...rest } = query
      const path = `/v1/leases/${leaseId}/exec${queryString({ ...rest, command: JSON.stringify(command) })}`
      return new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    },
    market: (query) => decoded(marketSchema, call('GET', `/v1/market${queryString(query)}`)),
    wallet: () => decoded(walletSummarySchema, call('GET', '/v1/wallet')),
  }
}
