import { type Agreement, settlementTypedData } from '@sublet/protocol'
import { type Address, encodeFunctionData, type Hex, toHex } from 'viem'
import { expect, test } from 'vitest'
import { waitForReceipt } from './src/deploy/wait-for-receipt.ts'
import { escrowAbi } from './src/generated/escrow-abi.ts'
import { explainRevert } from './src/reverts/explain-revert.ts'
import { type Action, act, balanceIn, createEscrowModel, leaseKey } from './src/testing/escrow-model.ts'
import { startEscrowNetwork, startOfTime, testAccount } from './src/testing/escrow-network.ts'

/** `CI` compares the full count; everyday runs a part of the same history. */
const steps = process.env.CI ? 10_000 : 1_500
const feeBps = 130n
const noticeSeconds = 300n

/** A small generator (mulberry32), so that a history can be had again from its seed. */
function randomFrom(seed: number) {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <T>(list: readonly T[]): T => {
    const item = list[below(list.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  return { below, pick, amount: (limit: number) => BigInt(below(limit)) }
}

test(`the escrow does what its model does, call by call, over ${steps} random steps`, {
  timeout: 1_200_000,
}, async () => {
  const n = await startEscrowNetwork({ treasuryFeeBps: Number(feeBps) })
  try {
    const seed = Number(process.env.SUBLET_SEED ?? 20_261_122)
    const random = randomFrom(seed)
    const accounts = Array.from({ length: 6 }, (_, i) => testAccount(700 + i))
    const keys = new Map(accounts.map((account) => [account.address.toLowerCase() as Address, account]))
    const addresses = [...keys.keys()]
    const [tenants, providers] = [addresses.slice(0, 3), addresses.slice(2, 5)]
    const indexer = addresses[5] ?? '0x'
    const signer = (address: Address) => {
      const account = keys.get(address)
      if (account === undefined) throw new Error(`no key for ${address}`)
      return account
    }
    for (const address of addresses) await n.giveEther(address)
    const token = n.network.testDollar
    const model = createEscrowModel(feeBps, noticeSeconds)
    const agreements: Agreement[] = []
    for (const address of addresses) {
      await n.giveDollars(signer(address), 1_000_000n)
      act(model, { kind: 'depositFor', account: address, amount: 1_000_000n }, 0n)
    }
    // The deployer deposits for others from here on.
    await n.giveDollars(n.deployer, 1n)
    const mint = encodeFunctionData({
      abi: [
        {
          type: 'function',
          name: 'mint',
          stateMutability: 'nonpayable',
          inputs: [{ type: 'address' }, { type: 'uint256' }],
          outputs: [],
        },
      ],
      args: [n.deployer.address, 10n ** 15n],
    })
    await n.send(n.deployer, token, mint)
    // It speaks for the checkers too.
    const setVerdicts = encodeFunctionData({
      abi: escrowAbi,
      functionName: 'setVerdicts',
      args: [n.deployer.address],
    })
    await n.send(n.deployer, n.network.escrow, setVerdicts)

    let now = BigInt(startOfTime + 100_000)
    const rpc = (method: string, params: readonly unknown[]) =>
      n.publicClient.request({ method, params } as never) as Promise<unknown>
    await rpc('anvil_autoImpersonateAccount', [true])
    let refusals = 0

    function newAgreement(): Agreement {
      const agreement = {
        tenant: random.pick(tenants),
        provider: random.pick(providers),
        indexer,
        token,
        ratePerHour: random.amount(8) === 0n ? 0n : random.amount(500_000),
        deposit: random.amount(300_000),
        maxDuration: random.below(3) === 0 ? 1 + random.below(5_000) : 0,
        indexerFeeBps: random.below(20) === 0 ? 9_900 : random.below(2_000),
        termsHash: toHex(0, { size: 32 }),
        // Now and then a salt that was used before.
        salt: toHex(random.below(10) === 0 ? random.below(agreements.length + 1) : agreements.length, {
          size: 32,
        }),
        startBy: Number(now) + random.below(2_000) - 50,
      }
      agreements.push(agreement)
      return agreement
    }

    function choose(): Action {
      const sender = random.pick(addresses)
      const recent = agreements.slice(-25)
      const agreement = recent.length === 0 ? newAgreement() : random.pick(recent)
      const party = random.pick([agreement.tenant, agreement.provider, sender])
      const [tenant, provider] = [random.pick(tenants), random.pick(providers)]
      switch (random.below(17)) {
        case 0:
          return { kind: 'depositFor', account: sender, amount: random.amount(200_000) }
        case 1:
          return { kind: 'withdraw', sender, amount: random.amount(400_000) }
        case 2:
        case 3:
        case 4:
          return { kind: 'open', agreement: newAgreement() }
        case 5:
          return { kind: 'topUp', sender: party, agreement, amount: random.amount(50_000) }
        case 6:
        case 7:
          return { kind: 'withdrawLease', agreement }
        case 8:
          return { kind: 'giveNotice', sender: party, agreement }
        case 9:
          return { kind: 'credit', agreement, seconds: random.amount(1_500) }
        case 10:
        case 11:
          return { kind: 'close', sender: party, agreement }
        case 12:
          return {
            kind: 'settle',
            agreement,
            amount: random.amount(100_000),
            until: now + random.amount(4) - 1n,
          }
        case 13:
          return { kind: 'fundChannel', sender: tenant, provider, amount: random.amount(50_000) }
        case 14:
          return { kind: 'redeem', tenant, provider, total: random.amount(2_000_000) }
        case 15:
          return { kind: 'verdict', agreement, seconds: random.amount(3_000) }
        default:
          return random.pick([
            { kind: 'requestUnlock', sender: tenant, provider },
            { kind: 'unlock', sender: tenant, provider },
            {
              kind: 'cancel',
              sender: tenant,
              salt: toHex(random.below(agreements.length + 20), { size: 32 }),
            },
          ] as const)
      }
    }

    async function callOf(action: Action): Promise<{ from: Address; data: Hex }> {
      const encode = (functionName: string, args: readonly unknown[]) =>
        encodeFunctionData({ abi: escrowAbi, functionName, args } as never) as Hex
      const idOf = (a: Agreement) =>
        n.publicClient.readContract({
          address: n.network.escrow,
          abi: escrowAbi,
          functionName: 'leaseIdOf',
          args: [a.tenant, a.salt],
        })
      switch (action.kind) {
        case 'depositFor':
          return {
            from: n.deployer.address,
            data: encode('depositFor', [action.account, token, action.amount]),
          }
        case 'withdraw':
          return { from: action.sender, data: encode('withdraw', [token, action.amount]) }
        case 'open': {
          const tenantSig = await n.signAgreement(signer(action.agreement.tenant), action.agreement)
          return {
            from: action.agreement.provider,
            data: encode('open', [action.agreement, tenantSig, '0x']),
          }
        }
        case 'cancel':
          return { from: action.sender, data: encode('cancel', [action.salt]) }
        case 'topUp':
          return { from: action.sender, data: encode('topUp', [action.agreement, action.amount]) }
        case 'withdrawLease':
          return { from: n.deployer.address, data: encode('withdrawLease', [action.agreement]) }
        case 'giveNotice':
        case 'close':
          return { from: action.sender, data: encode(action.kind, [action.agreement]) }
        case 'credit':
          return {
            from: action.agreement.provider,
            data: encode('creditByProvider', [action.agreement, action.seconds, '0x']),
          }
        case 'verdict':
          return {
            from: n.deployer.address,
            data: encode('creditByVerdict', [action.agreement, action.seconds]),
          }
        case 'settle': {
          const { amount, until } = action
          const message = { leaseId: await idOf(action.agreement), amount, until: Number(until) }
          const providerSig = await signer(action.agreement.provider).signTypedData(
            settlementTypedData(message, n.domain),
          )
          return {
            from: action.agreement.tenant,
            data: encode('settle', [action.agreement, amount, until, '0x', providerSig]),
          }
        }
        case 'fundChannel':
          return { from: action.sender, data: encode('fundChannel', [action.provider, token, action.amount]) }
        case 'redeem': {
          const { tenant, provider, total } = action
          const voucher = await n.signVoucher(signer(tenant), { tenant, provider, token, total })
          return {
            from: n.deployer.address,
            data: encode('redeem', [provider, token, voucher]),
          }
        }
        case 'requestUnlock':
        case 'unlock':
          return { from: action.sender, data: encode(action.kind, [action.provider, token]) }
      }
    }

    async function compare(where: string): Promise<void> {
      for (const address of addresses) {
        const held = await n.publicClient.readContract({
          address: n.network.escrow,
          abi: escrowAbi,
          functionName: 'balanceOf',
          args: [address, token],
        })
        expect(held, `${where}: balance of ${address}`).toBe(balanceIn(model, address))
      }
      const fees = await n.publicClient.readContract({
        address: n.network.escrow,
        abi: escrowAbi,
        functionName: 'feesOwed',
        args: [token],
      })
      expect(fees, `${where}: fees`).toBe(model.fees)
    }

    for (let step = 0; step < steps; step += 1) {
      now += BigInt(1 + random.below(random.below(10) === 0 ? 20_000 : 400))
      const action = choose()
      const where = `seed ${seed}, step ${step}, ${action.kind}`
      const { from, data } = await callOf(action)
      const expected = act(model, action, now)
      const transaction = { from, to: n.network.escrow, data, gas: toHex(1_000_000) }
      if (expected !== undefined) {
        refusals += 1
        const refused = await rpc('eth_call', [transaction, 'latest', {}, { time: toHex(now) }]).then(
          () => undefined,
          (error: unknown) => explainRevert(error)?.name,
        )
        expect(refused, where).toBe(expected)
        continue
      }
      await rpc('evm_setNextBlockTimestamp', [Number(now)])
      const hash = (await rpc('eth_sendTransaction', [transaction])) as Hex
      const receipt = await waitForReceipt(n.publicClient, { hash, pollingIntervalMs: 2 })
      expect(receipt.status, where).toBe('success')
      await compare(where)
      if ('agreement' in action) {
        const { tenant, salt } = action.agreement
        const lease = model.leases.get(leaseKey(tenant, salt))
        const leaseId = await n.publicClient.readContract({
          address: n.network.escrow,
          abi: escrowAbi,
          functionName: 'leaseIdOf',
          args: [tenant, salt],
        })
        const state = await n.publicClient.readContract({
          address: n.network.escrow,
          abi: escrowAbi,
          functionName: 'lease',
          args: [leaseId],
        })
        expect(
          {
            status: state.status,
            paid: lease?.status === 'open' ? state.paid : 0n,
            toppedUp: state.toppedUp,
            creditSeconds: BigInt(state.creditSeconds),
            noticeEndsAt: BigInt(state.noticeEndsAt),
            endedAt: BigInt(state.endedAt),
          },
          where,
        ).toEqual({
          status: lease?.status === 'open' ? 1 : 2,
          paid: lease?.status === 'open' ? lease.paid : 0n,
          toppedUp: lease?.toppedUp,
          creditSeconds: lease?.creditSeconds,
          noticeEndsAt: lease?.noticeEndsAt,
          endedAt: lease?.endedAt ?? 0n,
        })
      }
    }
    // A history in which nothing, or everything, is refused would prove little.
    expect(refusals).toBeGreaterThan(steps / 10)
    expect(refusals).toBeLessThan((steps * 9) / 10)
  } finally {
    await n.stop()
  }
})
