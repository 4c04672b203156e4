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

export interface TestAgreement {
  tenant: Address
  provider: Address
  indexer: Address
  token: Address
  ratePerHour: bigint
  deposit: bigint
  maxDuration: number
  indexerFeeBps: number
  termsHash: Hex
  salt: Hex
  startBy: number
}

export const agreementTypes = {
  Agreement: [
    { name: 'tenant', type: 'address' },
    { name: 'provider', type: 'address' },
    { name: 'indexer', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'ratePerHour', type: 'uint96' },
    { name: 'deposit', type: 'uint96' },
    { name: 'maxDuration', type: 'uint32' },
    { name: 'indexerFeeBps', type: 'uint16' },
    { name: 'termsHash', type: 'bytes32' },
    { name: 'salt', type: 'bytes32' },
    { name: 'startBy', type: 'uint40' },
  ],
} as const

export const voucherTypes = {
  Voucher: [
    { name: 'tenant', type: 'address' },
    { name: 'provider', type: 'address' },
    { name: 'token', type: 'address' },
    { name: 'total', type: 'uint96' },
  ],
} as const

/** The n-th of a line of test accounts that never changes. */
export function testAccount(n: number) {
  return privateKeyToAccount(keccak256(toHex(`sublet test account ${n}`)))
}

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
  const domain = {
    name: 'Sublet Escrow',
    version: '1',
    chainId: network.chainId,
    verifyingContract: network.escrow,
  } as const

  /** Sends a transaction, waits for it, and gives what the whole of it cost. */
  async function send(account: Account, to: Address, data: Hex) {
    const hash = await wallet.sendTransaction({ account, chain: null, to, data })
    const receipt = await waitForReceipt(publicClient, { hash, pollingIntervalMs: 2 })
    if (receipt.status !== 'success') throw new Error(`${hash} was reverted`)
    return receipt
  }

  async function giveDollars(account: ReturnType<typeof testAccount>, amount: bigint): Promise<void> {
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
    signAgreement: (account: ReturnType<typeof testAccount>, message: TestAgreement) =>
      account.signTypedData({ domain, types: agreementTypes, primaryType: 'Agreement', message }),
    signVoucher: (
      account: ReturnType<typeof testAccount>,
      message: { tenant: Address; provider: Address; token: Address; total: bigint },
    ) => account.signTypedData({ domain, types: voucherTypes, primaryType: 'Voucher', message }),
    stop: () => chain.stop(),
  }
}
