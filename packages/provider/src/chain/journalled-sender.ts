import type { Hex } from '@sublet/protocol'
import { isSubletError } from '@sublet/protocol'
import type { ContractCall, TransactionSender } from '@sublet/service'
import type { Abi, ContractFunctionName, TransactionReceipt } from 'viem'
import type { Journal, TransactionKind } from '../journal/journal.ts'

export interface Purpose {
  kind: TransactionKind
  leaseId?: Hex
}

/**
 * Sends calls that were journalled before, and after whatever else is to be `noted` first. Throws as
 * `TransactionSender` does.
 */
export interface JournalledSender {
  send<const abi extends Abi, name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>>(
    purpose: Purpose,
    call: ContractCall<abi, name>,
    noted?: Promise<unknown>,
  ): Promise<TransactionReceipt>
}

export function createJournalledSender(
  sender: TransactionSender,
  journal: Pick<Journal, 'intend' | 'settled'>,
  now: () => number,
): JournalledSender {
  return {
    async send({ kind, leaseId }, call, noted) {
      const intended = journal.intend(kind, leaseId, now())
      try {
        const receipt = await sender.send(call, Promise.all([intended, noted]))
        await journal.settled(await intended, 'done', receipt.transactionHash)
        return receipt
      } catch (error) {
        // After silence nobody knows; the entry stays open.
        if (!isSubletError(error, 'chain.unreachable')) await journal.settled(await intended, 'failed')
        throw error
      }
    },
  }
}
