import { SubletError } from '@sublet/protocol'
import { explainChainError } from '@sublet/sdk'
import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  encodeFunctionData,
  type LocalAccount,
  type TransactionReceipt,
} from 'viem'
import type { Log } from '../log/log.ts'
import type { ChainConnection } from './connect-chain.ts'
import { broadcast, currentFees, type Pending, watch } from './pending-transaction.ts'
import { isNonceTaken } from './rpc-errors.ts'

type Writable = 'nonpayable' | 'payable'

export interface ContractCall<
  abi extends Abi = Abi,
  name extends ContractFunctionName<abi, Writable> = ContractFunctionName<abi, Writable>,
> {
  address: `0x${string}`
  abi: abi
  functionName: name
  args: ContractFunctionArgs<abi, Writable, name>
  /** Native coin to send along, in wei. */
  value?: bigint | undefined
}

export interface TransactionSender {
  readonly address: `0x${string}`
  /**
   * Sends a call and resolves when it is mined. Calls at the same time get one nonce after another. Once it has been
   * sent, a chain that does not answer is waited out, a dropped transaction sent again, a stuck one sent with higher
   * fees; and where another program used its nonce, the call is made anew. Throws `chain.reverted` with the
   * contract's reason, `funds.insufficient`, or `chain.unreachable` (nothing was sent, or it was not mined in time:
   * the message says which). With `noted`, everything is prepared meanwhile, but nothing is sent before that promise is
   * kept: what must be written down before an act.
   */
  send<const abi extends Abi, name extends ContractFunctionName<abi, Writable>>(
    call: ContractCall<abi, name>,
    noted?: Promise<unknown>,
  ): Promise<TransactionReceipt>
}

export interface TransactionSenderOptions {
  account: LocalAccount
  chain: ChainConnection
  log: Log
  /** Milliseconds between looks for the receipt; the connection's own by default. */
  pollMs?: number | undefined
  /** Milliseconds after which a transaction that is not mined gets higher fees; 30 000 by default. */
  speedUpAfterMs?: number | undefined
  /** Milliseconds after which waiting is given up; ten minutes by default. */
  timeoutMs?: number | undefined
  /** Milliseconds that only go forward. */
  now?: (() => number) | undefined
}

/** How often another program may use the nonce meant for a call before this gives up. */
const mostAttempts = 5

/** Sends one account's transactions. There is one sender for an account in a process. */
export function createTransactionSender(options: TransactionSenderOptions): TransactionSender {
  const { account, chain, log } = options
  const { client, rpcUrl } = chain
  const timing = {
    pollMs: options.pollMs ?? client.pollingInterval,
    speedUpAfterMs: options.speedUpAfterMs ?? 30_000,
    timeoutMs: options.timeoutMs ?? 600_000,
    now: options.now ?? (() => performance.now()),
  }
  const noncesOnTheirWay = new Set<number>()
  let turn: Promise<unknown> = Promise.resolve()

  /** A node may not count yet what was just sent through another: what is on its way counts here too. */
  async function nextNonce(): Promise<number> {
    const counted = await client.getTransactionCount({ address: account.address, blockTag: 'pending' })
    return Math.max(counted, ...[...noncesOnTheirWay].map((nonce) => nonce + 1))
  }

  async function submit(call: ContractCall, noted: Promise<unknown> | undefined): Promise<Pending> {
    const data = encodeFunctionData(call)
    // The estimate runs the call, so a refusal is known, with its reason, before anything is paid.
    const estimated = client.estimateContractGas({ ...call, account } as Parameters<
      typeof client.estimateContractGas
    >[0])
    for (let attempt = 1; ; attempt++) {
      const [gas, nonce, fees] = await Promise.all([
        estimated,
        nextNonce(),
        currentFees(client, account),
        noted,
      ])
      const pending: Pending = {
        // A fifth more than the estimate: what comes before it in the block may make it dearer.
        request: {
          to: call.address,
          data,
          value: call.value ?? 0n,
          // Time changes what a call writes: a second later a lease may pay three balances for the first time.
          gas: (gas * 6n) / 5n + 70_000n,
          nonce,
          chainId: chain.chainId,
        },
        fees,
        sent: [],
      }
      noncesOnTheirWay.add(nonce)
      try {
        await broadcast(client, account, pending)
        return pending
      } catch (error) {
        noncesOnTheirWay.delete(nonce)
        if (!isNonceTaken(error) || attempt === mostAttempts) throw error
      }
    }
  }

  async function sendOnce(
    call: ContractCall,
    noted: Promise<unknown> | undefined,
  ): Promise<TransactionReceipt | 'nonce-used'> {
    const submitted = turn.then(() => submit(call, noted))
    turn = submitted.catch(() => {})
    const pending = await submitted
    try {
      return await watch({ client, account, pending, log, rpcUrl, ...timing })
    } finally {
      noncesOnTheirWay.delete(pending.request.nonce)
    }
  }

  /** Why a mined transaction was refused: the same call again, where it was mined. */
  async function refusal(
    call: ContractCall,
    { transactionHash, blockNumber }: TransactionReceipt,
  ): Promise<unknown> {
    const found = await client
      .simulateContract({ ...call, account, blockNumber } as Parameters<typeof client.simulateContract>[0])
      .then(
        () => undefined,
        (error: unknown) => explainChainError(error, rpcUrl),
      )
    return (
      found ??
      new SubletError('chain.reverted', `The contract refused the transaction ${transactionHash}.`, {
        hint: 'Something changed between sending and mining; read the current state and try again.',
        details: { transaction: transactionHash },
      })
    )
  }

  return {
    address: account.address,
    async send(typedCall, noted) {
      const call = typedCall as unknown as ContractCall
      // It may be broken while the calls before this one are under way.
      noted?.catch(() => {})
      try {
        for (let attempt = 1; attempt <= mostAttempts; attempt++) {
          const receipt = await sendOnce(call, noted)
          if (receipt === 'nonce-used') {
            log.warn({ address: account.address }, 'another program sends from this account; sending again')
          } else if (receipt.status === 'success') return receipt
          else throw await refusal(call, receipt)
        }
      } catch (error) {
        throw explainChainError(error, rpcUrl)
      }
      throw new SubletError(
        'chain.reverted',
        `Another program keeps using the nonces of ${account.address}.`,
        {
          hint: 'Give each daemon an account of its own.',
        },
      )
    },
  }
}
