import {
  type Hex,
  type PublicClient,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  WaitForTransactionReceiptTimeoutError,
} from 'viem'

export interface WaitForReceiptOptions {
  hash: Hex
  /** How often to ask, milliseconds; 20 by default. */
  pollingIntervalMs?: number
  /** When to give up, milliseconds; 180,000 by default. */
  timeoutMs?: number
}

/**
 * Asks for a transaction's receipt until it is there. viem's own waiting asks again only when another block comes, and a chain
 * that makes a block per transaction may have made the last one between two questions.
 * @throws viem's WaitForTransactionReceiptTimeoutError when it is not mined in time, its other errors when the chain does not answer.
 */
export async function waitForReceipt(
  publicClient: Pick<PublicClient, 'getTransactionReceipt'>,
  { hash, pollingIntervalMs = 20, timeoutMs = 180_000 }: WaitForReceiptOptions,
): Promise<TransactionReceipt> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await publicClient.getTransactionReceipt({ hash })
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error
    }
    if (performance.now() > deadline) throw new WaitForTransactionReceiptTimeoutError({ hash })
    await new Promise((resolve) => setTimeout(resolve, pollingIntervalMs))
  }
}
