import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestEndpoint } from '../endpoint/request-endpoint.ts'
import { aServedMarket, type ServedMarket, workloadAnswer } from '../testing/a-served-market.ts'
import { aWorkload } from '../testing/a-workload.ts'
import { createTenant } from './create-tenant.ts'

let market: ServedMarket
beforeAll(async () => {
  market = await aServedMarket([{}])
  await market.network.mint(market.network.account(1).address, 10_000_000n)
})
afterAll(() => market.stop())

const tenantOf = (index: number) =>
  createTenant({
    account: market.network.account(index),
    rpcUrl: market.network.rpcUrl,
    addresses: market.network.addresses,
    indexers: [market.indexerUrl],
  })

test('rents, reaches and closes a container as the README shows', async () => {
  const tenant = await tenantOf(1)
  const types: string[] = []
  const { lease, provider, close } = await tenant.rent(aWorkload(), {
    onEvent: ({ type }) => types.push(type),
  })
  expect(types.slice(0, 4)).toEqual(['ordering', 'screened', 'bid', 'offering'])
  expect((await provider.lease(lease.leaseId)).phase).toBe('active')
  const [endpoint] = lease.endpoints
  expect((await requestEndpoint(endpoint?.url ?? '')).text).toBe(workloadAnswer)
  const settled = await close()
  expect(settled.reason).toBe('settled')
  expect(settled.paid + settled.refunded).toBe(lease.deposit)
  // Closing again says the same.
  expect(await close()).toEqual(settled)
})

test('closes on chain when the provider does not answer', async () => {
  const tenant = await tenantOf(1)
  const { close } = await tenant.rent(aWorkload())
  const [provider] = market.providers
  if (provider !== undefined) provider.behaviour.silent = true
  expect((await close({ patienceMs: 0 })).reason).toBe('tenant')
  if (provider !== undefined) provider.behaviour.silent = false
})

test('orders nothing without the money, nor without knowing the group', async () => {
  const poor = await tenantOf(5)
  await expect(poor.rent(aWorkload())).rejects.toMatchObject({ code: 'funds.insufficient' })
  const two = aWorkload({}, ['here', 'there'])
  await expect((await tenantOf(1)).rent(two)).rejects.toMatchObject({ code: 'request.invalid' })
})
