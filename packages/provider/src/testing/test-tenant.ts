import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type Address,
  accrued,
  agreementTypedData,
  type Bid,
  bidRequestSchema,
  bidSchema,
  fromProblem,
  type Group,
  type Hex,
  isPaidByVouchers,
  type LeaseStatus,
  type Manifest,
  orderFor,
  type Problem,
  settlementTypedData,
  statementTypedData,
  type Workload,
} from '@sublet/protocol'
import {
  type createChainClient,
  createProviderClient,
  createSessionKeeper,
  type ProviderClient,
  type Transport,
} from '@sublet/sdk'
import type { Tunnel } from '@sublet/service'
import type { LocalAccount } from 'viem'
import { z } from 'zod'

/** What a voucher of the tests' tenant pays ahead. */
export const voucherIntervalSeconds = 4

/** A tenant who speaks to the provider through its tunnel, as an indexer's relay would. */
export interface Tenant {
  account: LocalAccount
  address: Address
  chain: Awaited<ReturnType<typeof createChainClient>>
  provider: ProviderClient
  /** Orders a group and answers the bid. Throws the problem that the provider answers. */
  order(
    group: Group,
    more?: {
      maxRatePerHour?: bigint
      depositSeconds?: number
      maxDuration?: number
      startWithinSeconds?: number
      payment?: 'voucher'
    },
  ): Promise<Bid>
  /** The manifest for a bid, signed by the tenant. */
  manifest(bid: Bid, group: Group, secrets?: Record<string, string>): Promise<Manifest>
  /** Order, bid, manifest, sent: answers the lease's id. */
  rent(group: Group, more?: Parameters<Tenant['order']>[1]): Promise<Hex>
  until(leaseId: Hex, done: (status: LeaseStatus) => boolean, deadlineMs?: number): Promise<LeaseStatus>
  /** Signs what a lease has cost so far. */
  settlement(
    leaseId: Hex,
    status: LeaseStatus,
  ): Promise<{ amount: bigint; until: number; tenantSignature: Hex }>
}

interface TenantParts {
  tenantAccount: LocalAccount
  chain: Tenant['chain']
  provider: Address
  indexer: Address
  sealKey: { publicKey: Hex }
  tunnel: () => Promise<Tunnel>
  now: () => number
}

export async function createTenant({
  tenantAccount,
  chain,
  provider,
  indexer,
  sealKey,
  tunnel,
  now,
}: TenantParts): Promise<Tenant> {
  const transport: Transport = async ({ url, method, headers, body, signal }) => {
    const {
      status,
      headers: answered,
      body: stream,
    } = await (await tunnel()).request({
      method,
      path: new URL(url).pathname,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? body : Readable.from(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    return { status, headers: answered as Record<string, string>, body: stream }
  }
  const client = createProviderClient({
    provider,
    publicKey: sealKey.publicKey,
    relayUrl: 'http://relay',
    transport,
    sessions: createSessionKeeper({ account: tenantAccount, domain: chain.domain, now }),
    now,
  })
  const tenant: Tenant = {
    account: tenantAccount,
    address: tenantAccount.address.toLowerCase() as Address,
    chain,
    provider: client,

    async order(
      group,
      {
        maxRatePerHour = 10_000_000n,
        depositSeconds = 3600,
        maxDuration = 0,
        startWithinSeconds = 60,
        payment,
      } = {},
    ) {
      const nowMs = now()
      const order = {
        ...orderFor(workloadOf(group), group, {
          tenant: tenant.address,
          chainId: chain.domain.chainId,
          token: chain.token,
          salt: `0x${randomBytes(32).toString('hex')}`,
          maxRatePerHour,
          depositSeconds,
          startWithinSeconds,
          payment,
          createdAtMs: nowMs,
          expiresAtMs: nowMs + 60_000,
        }),
        maxDuration,
      }
      const signature = await tenantAccount.signTypedData(statementTypedData('order', order, chain.domain))
      const { status, body } = await (await tunnel()).request({
        method: 'POST',
        path: '/v1/bids',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(
          z.encode(bidRequestSchema, { signedOrder: { order, signature }, indexer, indexerFeeBps: 100 }),
        ),
      })
      const chunks: Buffer[] = []
      for await (const chunk of body) chunks.push(chunk as Buffer)
      const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      if (status !== 200) throw fromProblem(answer as Problem)
      return z.decode(bidSchema, answer as never)
    },

    async manifest({ agreement, providerSignature }, group, secrets = {}) {
      const tenantSignature = await tenantAccount.signTypedData(agreementTypedData(agreement, chain.domain))
      return {
        agreement,
        tenantSignature,
        providerSignature,
        deployment: 'test',
        group,
        secrets,
        ...(isPaidByVouchers(agreement) ? { voucher: { intervalSeconds: voucherIntervalSeconds } } : {}),
      }
    },

    async rent(group, more) {
      const bid = await tenant.order(group, more)
      const { leaseId } = await client.createLease(await tenant.manifest(bid, group))
      return leaseId
    },

    async until(leaseId, done, deadlineMs = 30_000) {
      const end = Date.now() + deadlineMs
      let last: LeaseStatus | undefined
      const signal = AbortSignal.timeout(deadlineMs)
      while (Date.now() < end) {
        try {
          for await (const status of client.events(leaseId, { signal })) {
            last = status
            if (done(status)) return status
          }
        } catch (error) {
          if (Date.now() >= end)
            throw new Error(`not in time; last: ${JSON.stringify(last, text)}`, { cause: error })
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
      throw new Error(`not in time; last: ${JSON.stringify(last, text)}`)
    },

    async settlement(leaseId, { ratePerHour, deposit, openedAt = 0 }) {
      const amount = accrued({ ratePerHour, deposit, openedAt, maxDuration: 0 }, Math.floor(now() / 1000))
      const until = Math.floor(now() / 1000) + 600
      const tenantSignature = await tenantAccount.signTypedData(
        settlementTypedData({ leaseId, amount, until }, chain.domain),
      )
      return { amount, until, tenantSignature }
    },
  }
  return tenant
}

const text = (_key: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)

function workloadOf(group: Group): Workload {
  return {
    form: 'sublet/1',
    name: 'test',
    groups: [group],
    policy: { choose: 'cheapest', auction: 'first', windowMs: 0 },
  }
}
