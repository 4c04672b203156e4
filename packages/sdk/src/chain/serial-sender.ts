import { waitForReceipt } from '@sublet/contracts'
import { SubletError } from '@sublet/protocol'
import type {
  Abi,
  Account,
  Chain,
  ContractFunctionArgs,
  ContractFunctionName,
  PublicClient,
  TransactionReceipt,
  Transport,
  WalletClient,
} from 'viem'
import { explainChainError } from './explain-chain-error.ts'

export interface ContractCall<
  abi extends Abi = Abi,
  name extends ContractFunctionName<abi, 'nonpayable'> = ContractFunctionName<abi, 'nonpayable'>,
> {
  address: `0x${string}`
  abi: abi
  functionName: name
  args: ContractFunctionArgs<abi, 'nonpayable', name>
}

export interface SerialSender {
  /**
   * Sends one call and waits until it is mined. Calls made at the same time get nonces one after another.
   * Throws `chain.reverted`, `funds.insufficient` or `chain.unreachable`.
   */
  send<const abi extends Abi, name extends ContractFunctionName<abi, 'nonpayable'>>(
    call: ContractCall<abi, name>,
  ): Promise<TransactionReceipt>
}

export interface SerialSenderOptions {
  publicClient: PublicClient
  walletClient: WalletClient<Transport, Chain | undefined, Account>
  rpcUrl: string
  /** Milliseconds between looks at the chain while a transaction waits. */
  pollMs: number
  /** Milliseconds after which a transaction that is not mined is given up. */
  timeoutMs: number
}

/**
 * A lease that owes nothing in the second of the estimate owes something when it is mined: up to three balances that are
 * written for the first time. Gas that is not used costs nothing.
 */
const laterGas = 70_000n

/** Sends an account's transactions so that no two get the same nonce. */
export function createSerialSender(options: SerialSenderOptions): SerialSender {
  const { publicClient, walletClient, rpcUrl, pollMs, timeoutMs } = options
  const { account } = walletClient
  let last: Promise<unknown> = Promise.resolve()
  /** A node that is behind another would give a nonce twice, so ours is remembered too. */
  let nextNonce = 0

  const submit = async (call: ContractCall) => {
    // As of the block to come: where nothing was mined for a while, the last block's time is not the present.
    const { request } = await publicClient.simulateContract({ ...call, account, blockTag: 'pending' })
    const gas = await publicClient.estimateContractGas({ ...call, account, blockTag: 'pending' } as never)
    const pending = await publicClient.getTransactionCount({ address: account.address, blockTag: 'pending' })
    const nonce = Math.max(pending, nextNonce)
    const hash = await walletClient.writeContract({
      ...request,
      chain: walletClient.chain ?? null,
      account,
      nonce,
      gas: (gas * 6n) / 5n + laterGas,
    })
    nextNonce = nonce + 1
    return hash
  }

  return {
    async send(call) {
      const submitted = last.then(() => submit(call as unknown as ContractCall))
      last = submitted.catch(() => {
        nextNonce = 0
      })
      try {
        const hash = await submitted
        const receipt = await waitForReceipt(publicClient, { hash, pollingIntervalMs: pollMs, timeoutMs })
        if (receipt.status === 'success') return receipt
        throw new SubletError('chain.reverted', `The transaction ${hash} was refused by the contract.`, {
          hint: 'Something changed between sending and mining; read the current state and try again.',
          details: { transaction: hash },
        })
      } catch (error) {
        nextNonce = 0
        throw explainChainError(error, rpcUrl)
      }
    },
  }
}
