import { randomBytes } from 'node:crypto'
import { json } from 'node:stream/consumers'
import {
  type Address,
  type Bid,
  bidRequestSchema,
  bidSchema,
  fromProblem,
  type Order,
  orderFor,
  type Problem,
  type Service,
  statementTypedData,
} from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import type { LocalAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { groupOf, httpPort, serviceOf } from '../testing/groups.ts'
import { startTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const hourMs = 3_600_000
const yearMs = 365 * 24 * hourMs

describeWith('postgres')('what nobody gets for nothing', () => {
  test('a machine is kept for nobody who could not pay, and for nobody for long', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    const poor = privateKeyToAccount(generatePrivateKey())
    const ownTenants = [tenant.address, poor.address.toLowerCase() as Address]
    const provider = await network.start({ runtime: 'host', ownTenants })
    const { total } = await provider.status()
    const whole = serviceOf({
      resources: { cpuMillis: total.cpuMillis, memoryBytes: 128 * 1024 * 1024, storageBytes: 0, volumes: [] },
    })
    const expiresAtMs = Date.now() + yearMs
    const policy = { choose: 'cheapest', auction: 'first', windowMs: yearMs } as const

    const refused = bidFor(network, poor, whole, { policy, expiresAtMs })
    await expect(refused).rejects.toMatchObject({ code: 'bid.declined' })
    await expect(refused).rejects.toThrow('The tenant has 0 to pay with')
    expect((await provider.status()).used.cpuMillis).toBe(0)

    const bid = await bidFor(network, tenant.account, whole, { policy, expiresAtMs })
    expect(bid.expiresAtMs - Date.now()).toBeLessThan(hourMs)
    expect((await provider.status()).used.cpuMillis).toBe(total.cpuMillis)
  })

  test('a workload that never becomes ready does not run for as long as its order says', async () => {
    await using network = await startTestNetwork()
    const { tenant } = network
    await network.start({ runtime: 'host', mostStartSeconds: 600, mostReadySeconds: 1 })
    const busy = groupOf(
      serviceOf({
        ports: [httpPort(8080)],
        command: [process.execPath],
        args: ['-e', 'setInterval(() => {}, 100)'],
      }),
    )
    await expect(tenant.order(busy, { startWithinSeconds: 601 })).rejects.toThrow('at most 10 min')
    const before = await tenant.chain.escrowBalance()
    const leaseId = await tenant.rent(busy, { startWithinSeconds: 600 })
    const lapsed = await tenant.until(leaseId, ({ phase }) => phase === 'lapsed' || phase === 'active')
    expect(lapsed).toMatchObject({
      phase: 'lapsed',
      endReason: 'start-deadline',
      message: 'Not ready within 1 s of starting: web.',
    })
    expect(await tenant.chain.escrowBalance()).toBe(before)
  })
})

/** What the provider answers to an order as somebody makes it by hand. */
async function bidFor(
  network: TestNetwork,
  account: LocalAccount,
  service: Service,
  more: Pick<Order, 'policy' | 'expiresAtMs'>,
): Promise<Bid> {
  const { chain } = network.tenant
  const group = groupOf(service)
  const workload = { form: 'sublet/1' as const, name: 'test', groups: [group], policy: more.policy }
  const order: Order = orderFor(workload, group, {
    tenant: account.address.toLowerCase() as Address,
    chainId: chain.domain.chainId,
    token: chain.token,
    salt: `0x${randomBytes(32).toString('hex')}`,
    maxRatePerHour: 10n ** 12n,
    depositSeconds: 3600,
    startWithinSeconds: 60,
    createdAtMs: Date.now(),
    expiresAtMs: more.expiresAtMs,
  })
  const signature = await account.signTypedData(statementTypedData('order', order, chain.domain))
  const [indexer] = network.options.indexers
  const request = { signedOrder: { order, signature }, indexer: indexer?.address ?? '0x', indexerFeeBps: 0 }
  const { status, body } = await (await network.tunnel()).request({
    method: 'POST',
    path: '/v1/bids',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(z.encode(bidRequestSchema, request)),
  })
  const answer = await json(body)
  if (status !== 200) throw fromProblem(answer as Problem)
  return z.decode(bidSchema, answer as never)
}
