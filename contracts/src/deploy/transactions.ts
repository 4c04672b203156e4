import type {
  Abi,
  Account,
  Address,
  Chain,
  ContractConstructorArgs,
  ContractFunctionArgs,
  ContractFunctionName,
  Hex,
  PublicClient,
  Transport,
  WalletClient,
} from 'viem'
import { waitForReceipt } from './wait-for-receipt.ts'

export type DeployerWallet = WalletClient<Transport, Chain | undefined, Account>

/** Sends a deployment's transactions one after another and waits for each. */
export interface Transactions {
  deploy<const abi extends Abi>(abi: abi, bytecode: Hex, args: ContractConstructorArgs<abi>): Promise<Address>
  call<
    const abi extends Abi,
    name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>,
    args extends ContractFunctionArgs<abi, 'nonpayable' | 'payable', name>,
  >(address: Address, abi: abi, functionName: name, args: args): Promise<void>
  /** The block of the first transaction. */
  firstBlock(): bigint
}

/** @throws viem's errors when the chain does not answer or refuses. */
export function createTransactions(
  publicClient: PublicClient,
  walletClient: DeployerWallet,
  pollingIntervalMs: number,
): Transactions {
  const { account } = walletClient
  const chain = walletClient.chain ?? null
  let first: bigint | undefined

  async function confirm(hash: Hex): Promise<Address | null | undefined> {
    const receipt = await waitForReceipt(publicClient, { hash, pollingIntervalMs })
    if (receipt.status !== 'success') throw new Error(`The deployment's transaction ${hash} was reverted.`)
    first ??= receipt.blockNumber
    return receipt.contractAddress
  }

  return {
    async deploy(abi, bytecode, args) {
      // viem cannot resolve its parameters for a generic ABI; the signature above has checked them.
      const plain = { abi: abi as Abi, bytecode, args: args as readonly unknown[] }
      const address = await confirm(await walletClient.deployContract({ ...plain, account, chain }))
      if (!address) throw new Error('The chain gave no address for a deployed contract.')
      return address.toLowerCase() as Address
    },
    async call(address, abi, functionName, args) {
      const plain = {
        address,
        abi: abi as Abi,
        functionName: functionName as string,
        args: args as readonly unknown[],
      }
      await confirm(await walletClient.writeContract({ ...plain, account, chain }))
    },
    firstBlock: () => first ?? 0n,
  }
}
