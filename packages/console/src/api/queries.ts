import {
  type CreateDeployment,
  createDeploymentSchema,
  type Deployment,
  deploymentListSchema,
  deploymentSchema,
  leaseStatusSchema,
  marketSchema,
  networkSummarySchema,
  ownNameListSchema,
  type SignedAsk,
  walletSummarySchema,
} from '@sublet/protocol'
import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'

/** Milliseconds between looks at what has no stream of its own. */
const marketEveryMs = 2_000
const walletEveryMs = 3_000
const deploymentsEveryMs = 1_500
const namesEveryMs = 5_000
const maxMarketPages = 20

export interface OfferedAsk {
  signedAsk: SignedAsk
  connected: boolean
}

export const marketQuery = queryOptions({
  queryKey: ['market'],
  queryFn: async ({ signal }): Promise<OfferedAsk[]> => {
    const asks: OfferedAsk[] = []
    let cursor: string | undefined
    for (let page = 0; page < maxMarketPages; page += 1) {
      const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`
      const market = await request(`/v1/market${query}`, marketSchema, { signal })
      asks.push(...market.asks)
      cursor = market.nextCursor
      if (cursor === undefined) break
    }
    return asks
  },
  refetchInterval: marketEveryMs,
})

export const walletQuery = queryOptions({
  queryKey: ['wallet'],
  queryFn: ({ signal }) => request('/v1/wallet', walletSummarySchema, { signal }),
  refetchInterval: walletEveryMs,
})

export const networkQuery = queryOptions({
  queryKey: ['network'],
  queryFn: ({ signal }) => request('/v1/network', networkSummarySchema, { signal }),
  staleTime: 60_000,
})

export const deploymentsQuery = queryOptions({
  queryKey: ['deployments'],
  queryFn: async ({ signal }): Promise<Deployment[]> =>
    (await request('/v1/deployments', deploymentListSchema, { signal })).deployments,
  refetchInterval: deploymentsEveryMs,
})

export function deploymentQuery(id: string) {
  return queryOptions({
    queryKey: ['deployment', id],
    queryFn: ({ signal }) => request(deploymentPath(id), deploymentSchema, { signal }),
  })
}

/** Host names of its own that a lease is served at. */
export function namesQuery(leaseId: string) {
  return queryOptions({
    queryKey: ['names', leaseId],
    queryFn: async ({ signal }) =>
      (await request(`/v1/leases/${encodeURIComponent(leaseId)}/names`, ownNameListSchema, { signal })).names,
    refetchInterval: namesEveryMs,
  })
}

export async function createDeployment(wish: CreateDeployment): Promise<Deployment> {
  const body = createDeploymentSchema.encode(wish)
  return await request('/v1/deployments', deploymentSchema, { method: 'POST', body })
}

export async function pickBid(id: string, group: string, provider: string): Promise<Deployment> {
  const body = { group, provider }
  return await request(`${deploymentPath(id)}/pick`, deploymentSchema, { method: 'POST', body })
}

export async function closeDeployment(id: string): Promise<Deployment> {
  return await request(`${deploymentPath(id)}/close`, deploymentSchema, { method: 'POST' })
}

export async function readLease(id: string) {
  return await request(`/v1/leases/${encodeURIComponent(id)}`, leaseStatusSchema)
}

export function deploymentPath(id: string): string {
  return `/v1/deployments/${encodeURIComponent(id)}`
}
