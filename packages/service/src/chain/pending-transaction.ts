import { ageWords, SubletError } from '@sublet/protocol'
import {
  type Chain,
  type Hex,
  type HttpTransport,
  keccak256,
  type LocalAccount,
  type PublicClient,
  TransactionNotFoundError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'
import type { Log } from '../log/log.ts'
import { type Fees, raisedFees } from './fees.ts'
import { isAlreadyKnown, isNonceTaken, isUnreachable } from './rpc-errors.ts'

type Client = PublicClient<HttpTransport, Chain>

/** One transaction on its way, under every hash that it got. */
export interface Pending {
  request: { to: Hex; data: Hex; value: bigint; gas: bigint; nonce: number; chainId: number }
  fees: Fees
  sent: { hash: Hex; raw: Hex }[]
}

/** What the chain asks for now. */
export async function currentFees(client: Client, account: LocalAccount): Promise<Fees> {
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = await client.prepareTransactionRequest({
    account,
    to: account.address,
    parameters: ['type', 'fees'],
  })
  return maxFeePerGas === undefined
    ? { type: 'legacy', gasPrice: gasPrice ?? 0n }
    : { type: 'eip1559', maxFeePerGas, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n }
}

/** Signs and sends. Throws what the node refused; not being heard is no refusal, as it is sent again while it is watched. */
export async function broadcast(client: Client, account: LocalAccount, pending: Pending): Promise<void> {
  const raw = await account.signTransaction({ ...pending.request, ...pending.fees })
  await sendRaw(client, raw)
  pending.sent.push({ hash: keccak256(raw), raw })
}

async function sendRaw(client: Client, raw: Hex): Promise<void> {
  try {
    await client.sendRawTransaction({ serializedTransaction: raw })
  } catch (error) {
    if (!isUnreachable(error) && !isAlreadyKnown(error)) throw error
  }
}

async function findReceipt(client: Client, pending: Pending): Promise<TransactionReceipt | undefined> {
  for (const { hash } of pending.sent) {
    const receipt = await client.getTransactionReceipt({ hash }).catch((error: unknown) => {
      if (error instanceof TransactionReceiptNotFoundError) return undefined
      throw error
    })
    if (receipt !== undefined) return receipt
  }
  return undefined
}

/** Nodes drop transactions when they are short of room or start anew. */
async function sendDroppedAgain(client: Client, pending: Pending): Promise<void> {
  const newest = pending.sent.at(-1)
  if (newest === undefined) return
  const known = await client.getTransaction({ hash: newest.hash }).catch((error: unknown) => {
    if (error instanceof TransactionNotFoundError) return undefined
    throw error
  })
  if (known === undefined) await sendRaw(client, newest.raw)
}

/** Milliseconds between looks whether the node still has it. */
const lookForDroppedMs = 2000

/**
 * Waits until the transaction is mined, whatever it takes; `nonce-used` when another one took its nonce, so that it
 * never can be. Throws `chain.unreachable` when the time is over.
 */
export async function watch({
  client,
  account,
  pending,
  log,
  rpcUrl,
  pollMs,
  speedUpAfterMs,
  timeoutMs,
  now,
}: {
  client: Client
  account: LocalAccount
  pending: Pending
  log: Log
  rpcUrl: string
  pollMs: number
  speedUpAfterMs: number
  timeoutMs: number
  now: () => number
}): Promise<TransactionReceipt | 'nonce-used'> {
  const { nonce } = pending.request
  const startedMs = now()
  let sentMs = startedMs
  let lookedMs = startedMs

  async function look(): Promise<TransactionReceipt | 'nonce-used' | undefined> {
    const receipt = await findReceipt(client, pending)
    if (receipt !== undefined) return receipt
    if ((await client.getTransactionCount({ address: account.address, blockTag: 'latest' })) > nonce) {
      // It may have been mined between the two questions.
      return (await findReceipt(client, pending)) ?? 'nonce-used'
    }
    if (now() - sentMs >= speedUpAfterMs) {
      sentMs = now()
      pending.fees = raisedFees(pending.fees, await currentFees(client, account))
      log.info({ nonce, ...feesForLog(pending.fees) }, 'a transaction is stuck; offering more for its gas')
      await broadcast(client, account, pending)
    } else if (now() - lookedMs >= lookForDroppedMs) {
      lookedMs = now()
      await sendDroppedAgain(client, pending)
    }
    return undefined
  }

  for (;;) {
    const found = await look().catch((error: unknown) => {
      // A node that is away comes back; a nonce that is taken shows in the next look's count.
      if (isUnreachable(error) || isNonceTaken(error)) return undefined
      throw error
    })
    if (found !== undefined) return found
    if (now() - startedMs >= timeoutMs) throw notMined(pending, rpcUrl, timeoutMs)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

const feesForLog = (fees: Fees) =>
  Object.fromEntries(Object.entries(fees).map(([name, value]) => [name, String(value)]))

function notMined(pending: Pending, rpcUrl: string, timeoutMs: number): SubletError {
  const transactions = pending.sent.map(({ hash }) => hash)
  return new SubletError(
    'chain.unreachable',
    `The transaction ${transactions.at(-1)} was sent, but not mined at ${rpcUrl} within ${ageWords(timeoutMs)}.`,
    { hint: 'It may still be mined: look it up before doing the same again.', details: { transactions } },
  )
}
