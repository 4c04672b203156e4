import { createPublicClient, createWalletClient, http, parseEther } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import { startAnvil } from './anvil/start-anvil.ts'
import { deployNetwork } from './deploy/deploy-network.ts'
import { waitForReceipt } from './deploy/wait-for-receipt.ts'
import { escrowContract, testDollarContract } from './generated/contracts.ts'
import { testAccount } from './testing/escrow-network.ts'

let stop: (() => Promise<void>) | undefined
let rpcUrl = ''
beforeAll(async () => {
  const anvil = await startAnvil()
  stop = anvil.stop
  rpcUrl = anvil.rpcUrl
})
afterAll(() => stop?.())

test('a contract’s client reads, sends and finds events by their names', async () => {
  const transport = http(rpcUrl)
  const account = testAccount(0)
  const publicClient = createPublicClient({ transport })
  const walletClient = createWalletClient({ transport, account, chain: foundry })
  await publicClient.request({
    method: 'anvil_setBalance',
    params: [account.address, `0x${parseEther('100').toString(16)}`],
  } as never)
  const network = await deployNetwork({ publicClient, walletClient, options: { coreOnly: true } })
  const clients = { public: publicClient, wallet: walletClient }
  const dollar = testDollarContract(network.testDollar, clients)
  const escrow = escrowContract(network.escrow, clients)
  for (const sent of [
    () => dollar.write.mint([account.address, 500n]),
    () => dollar.write.approve([network.escrow, 500n]),
    () => escrow.write.deposit([network.testDollar, 500n]),
  ]) {
    const receipt = await waitForReceipt(publicClient, { hash: await sent(), pollingIntervalMs: 2 })
    expect(receipt.status).toBe('success')
  }
  const balance = await escrow.read.balanceOf([account.address, network.testDollar])
  expectTypeOf(balance).toEqualTypeOf<bigint>()
  expect(balance).toBe(500n)
  const [event] = await escrow.getEvents.Deposited({ account: account.address }, { fromBlock: 0n })
  expect(event?.args.amount).toBe(500n)
})
