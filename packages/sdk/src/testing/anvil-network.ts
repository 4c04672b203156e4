import {
  deployNetwork,
  escrowAbi,
  type NetworkAddresses,
  nodeRegistryAbi,
  testDollarAbi,
} from '@sublet/contracts'
import { startAnvil } from '@sublet/contracts/node'
import { type Address, type Hex, leaseIdOf, settlementTypedData } from '@sublet/protocol'
import { createPublicClient, createWalletClient, defineChain, http, type LocalAccount } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import type { ChainClient } from '../chain/chain-client.ts'
import { createChainClient } from '../chain/create-chain-client.ts'
import { createSerialSender, type SerialSender } from '../chain/serial-sender.ts'
import type { ProviderChain } from './memory-provider.ts'

/** A chain of its own with the contracts on it. */
export interface AnvilNetwork extends AsyncDisposable {
  rpcUrl: string
  addresses: NetworkAddresses
  /** Accounts with native coin; the first deployed the contracts. */
  account(index: number): LocalAccount
  senderOf(account: LocalAccount): SerialSender
  clientOf(account?: LocalAccount): Promise<ChainClient>
  /** Makes test dollars. */
  mint(to: Address, amount: bigint): Promise<void>
  register(account: LocalAccount, publicKey: Hex, endpoint?: string): Promise<void>
  providerChain(account: LocalAccount): ProviderChain
  /** Lets the chain's clock run ahead. */
  passSeconds(seconds: number): Promise<void>
  stop(): Promise<void>
}

const mnemonic = 'test test test test test test test test test test test junk'

export async function startAnvilNetwork(): Promise<AnvilNetwork> {
  const anvil = await startAnvil({ accounts: 10 })
  const { rpcUrl } = anvil
  const transport = http(rpcUrl)
  const chain = defineChain({
    id: 31337,
    name: 'anvil',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const publicClient = createPublicClient({ chain, transport, pollingInterval: 50 })
  const account = (index: number): LocalAccount => mnemonicToAccount(mnemonic, { addressIndex: index })
  const walletClientOf = (of: LocalAccount) => createWalletClient({ account: of, chain, transport })
  const senders = new Map<string, SerialSender>()
  const senderOf = (of: LocalAccount): SerialSender => {
    const known = senders.get(of.address)
    if (known !== undefined) return known
    const walletClient = walletClientOf(of)
    const made = createSerialSender({ publicClient, walletClient, rpcUrl, pollMs: 50, timeoutMs: 10_000 })
    senders.set(of.address, made)
    return made
  }
  const addresses = await deployNetwork({ publicClient, walletClient: walletClientOf(account(0)) }).catch(
    async (error: unknown) => {
      await anvil.stop()
      throw error
    },
  )
  const { escrow, nodeRegistry, testDollar } = addresses
  const domain = { chainId: 31337, escrow }
  return {
    rpcUrl,
    addresses,
    account,
    senderOf,
    clientOf: (of) => createChainClient({ rpcUrl, addresses, account: of, pollMs: 50 }),
    async mint(to, amount) {
      await senderOf(account(0)).send({
        address: testDollar,
        abi: testDollarAbi,
        functionName: 'mint',
        args: [to, amount],
      })
    },
    async register(of, publicKey, endpoint = 'https://node.test') {
      await senderOf(of).send({
        address: nodeRegistry,
        abi: nodeRegistryAbi,
        functionName: 'register',
        args: [0, endpoint, publicKey, of.address, `0x${'00'.repeat(32)}`],
      })
    },
    providerChain: (of) => ({
      async open({ agreement, tenantSignature, providerSignature }) {
        const { transactionHash, blockNumber } = await senderOf(of).send({
          address: escrow,
          abi: escrowAbi,
          functionName: 'open',
          args: [agreement, tenantSignature, providerSignature],
        })
        const { timestamp } = await publicClient.getBlock({ blockNumber })
        return { openedAt: Number(timestamp), transaction: transactionHash }
      },
      async settle(agreement, { amount, until, tenantSignature }) {
        const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
        const providerSignature = await of.signTypedData(
          settlementTypedData({ leaseId, amount, until }, domain),
        )
        const { transactionHash } = await senderOf(of).send({
          address: escrow,
          abi: escrowAbi,
          functionName: 'settle',
          args: [agreement, amount, until, tenantSignature, providerSignature],
        })
        return { paid: amount, refunded: agreement.deposit - amount, transaction: transactionHash }
      },
    }),
    async passSeconds(seconds) {
      await fetch(rpcUrl, rpc('evm_increaseTime', [seconds]))
    },
    stop: () => anvil.stop(),
    [Symbol.asyncDispose]: () => anvil.stop(),
  }
}

const rpc = (method: string, params: unknown[]) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
})
