import {
  type Agreement,
  agreementTypedData,
  redeemableVoucher,
  type Voucher,
  voucherTypedData,
} from '@sublet/protocol'
import {
  type Account,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  maxUint256,
  toHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type RunningAnvil, startAnvil } from '../anvil/start-anvil.ts'
import { deployNetwork } from '../deploy/deploy-network.ts'
import type { NetworkAddresses } from '../deploy/network-addresses.ts'
import { waitForReceipt } from '../deploy/wait-for-receipt.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { testDollarAbi } from '../generated/test-dollar-abi.ts'

/** The n-th of a line of test accounts that never changes. */
export function testAccount(n: number) {
  return privateKeyToAccount(keccak256(toHex(`sublet test account ${n}`)))
}

export type TestAccount = ReturnType<typeof testAccount>

export const startOfTime = 1_900_000_000

/** A chain with a network on it, whose every figure is the same in every run. */
export async function startEscrowNetwork({
  treasuryFeeBps = 200,
  extraArguments = [] as readonly string[],
} = {}) {
  const chain: RunningAnvil = await startAnvil({ timestamp: startOfTime, extraArguments })
  const transport = http(chain.rpcUrl)
  const publicClient = createPublicClient({ transport, pollingInterval: 5 })
  const testClient = createTestClient({ mode: 'anvil', transport })
  const deployer = testAccount(0)
  const wallet = createWalletClient({ transport, account: deployer })

  async function giveEther(address: Address): Promise<void> {
    await testClient.setBalance({ address, value: 10n ** 22n })
  }
  await giveEther(deployer.address)
  const network: NetworkAddresses = await deployNetwork({
    publicClient,
    walletClient: wallet,
    options: { treasuryFeeBps, treasury: testAccount(1).address },
  }).catch(async (error: unknown) => {
    await chain.stop()
    throw error
  })
  const domain = { chainId: network.chainId, escrow: network.escrow }

  /** Sends a transaction, waits for it, and gives what the whole of it cost. */
  async function send(account: Account, to: Address, data: Hex) {
    const hash = await wallet.sendTransaction({ account, chain: null, to, data })
    const receipt = await waitForReceipt(publicClient, { hash, pollingIntervalMs: 2 })
    if (receipt.status !== 'success') throw new Error(`${hash} was reverted`)
    return receipt
  }

  async function giveDollars(account: TestAccount, amount: bigint): Promise<void> {
    const dollar = { abi: testDollarAbi } as const
    const mint = encodeFunctionData({ ...dollar, functionName: 'mint', args: [deployer.address, amount] })
    await send(deployer, network.testDollar, mint)
    const approve = encodeFunctionData({
      ...dollar,
      functionName: 'approve',
      args: [network.escrow, maxUint256],
    })
    await send(deployer, network.testDollar, approve)
    const deposit = encodeFunctionData({
      abi: escrowAbi,
      functionName: 'depositFor',
      args: [account.address, network.testDollar, amount],
    })
    await send(deployer, network.escrow, deposit)
  }

  return {
    chain,
    network,
    publicClient,
    testClient,
    wallet,
    deployer,
    domain,
    giveEther,
    giveDollars,
    send,
    signAgreement: (account: TestAccount, agreement: Agreement) =>
      account.signTypedData(agreementTypedData(agreement, domain)),
    /** A voucher as the escrow takes it. */
    signVoucher: async (account: TestAccount, voucher: Voucher) =>
      redeemableVoucher({
        voucher,
        signature: await account.signTypedData(voucherTypedData(voucher, domain)),
      }),
    stop: () => chain.stop(),
  }
}
