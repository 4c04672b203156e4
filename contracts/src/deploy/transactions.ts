import {
  type Abi,
  type Account,
  type Address,
  type Chain,
  type ContractConstructorArgs,
  type ContractFunctionArgs,
  type ContractFunctionName,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  keccak256,
  type PublicClient,
  TransactionNotFoundError,
  type Transport,
  type WalletClient,
} from 'viem'
import { waitForReceipt } from './wait-for-receipt.ts'

export type DeployerWallet = WalletClient<Transport, Chain | undefined, Account>

/** One transaction of a deployment: its hash, and a hash of what it does. */
export interface JournalStep {
  transaction: Hex
  what: Hex
}

/** Where a deployment keeps what it has sent. */
export interface Journal {
  step(index: number): JournalStep | undefined
  write(index: number, step: JournalStep): Promise<void>
}

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

/**
 * @param journal what was sent before is waited for and not sent again; without one nothing is kept
 * @throws viem's errors when the chain does not answer or refuses.
 */
export function createTransactions(
  publicClient: PublicClient,
  walletClient: DeployerWallet,
  pollingIntervalMs: number,
  journal?: Journal,
): Transactions {
  const { account } = walletClient
  const chain = walletClient.chain ?? null
  let first: bigint | undefined
  let index = 0

  const isKnown = (hash: Hex) =>
    publicClient.getTransaction({ hash }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof TransactionNotFoundError) return false
        throw error
      },
    )

  /** What is kept in a journal is there before it is sent: a transfer must not be made twice. */
  async function sendNoted(to: Address | undefined, data: Hex, what: Hex): Promise<Hex> {
    const transaction = { account, chain, data, ...(to === undefined ? {} : { to }) }
    if (journal === undefined) return await walletClient.sendTransaction(transaction)
    const prepared = await walletClient.prepareTransactionRequest(transaction)
    const serializedTransaction = await walletClient.signTransaction(prepared as never)
    await journal.write(index, { transaction: keccak256(serializedTransaction), what })
    return await walletClient.sendRawTransaction({ serializedTransaction })
  }

  async function send(to: Address | undefined, data: Hex): Promise<Address | null | undefined> {
    const what = keccak256(`${to ?? '0x'}${data.slice(2)}` as Hex)
    const sent = journal?.step(index)
    if (sent !== undefined && sent.what !== what) {
      throw new Error(
        `Step ${index + 1} of the deployment that was begun does something else: go on with the same configuration and version, or begin anew.`,
      )
    }
    // One that the chain has forgotten, as it does with what pays too little, is sent again.
    const isSent = sent !== undefined && (await isKnown(sent.transaction))
    const hash = isSent ? sent.transaction : await sendNoted(to, data, what)
    const receipt = await waitForReceipt(publicClient, { hash, pollingIntervalMs })
    if (receipt.status !== 'success') throw new Error(`The deployment's transaction ${hash} was reverted.`)
    first ??= receipt.blockNumber
    index += 1
    return receipt.contractAddress
  }

  return {
    async deploy(abi, bytecode, args) {
      // viem cannot resolve its parameters for a generic ABI; the signature above has checked them.
      const plain = { abi: abi as Abi, bytecode, args: args as readonly unknown[] }
      const address = await send(undefined, encodeDeployData(plain))
      if (!address) throw new Error('The chain gave no address for a deployed contract.')
      return address.toLowerCase() as Address
    },
    async call(address, abi, functionName, args) {
      const plain = {
        abi: abi as Abi,
        functionName: functionName as string,
        args: args as readonly unknown[],
      }
      await send(address, encodeFunctionData(plain))
    },
    firstBlock: () => first ?? 0n,
  }
}
