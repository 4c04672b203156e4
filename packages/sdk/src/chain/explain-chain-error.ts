import { explainRevert } from '@sublet/contracts'
import { isSubletError, SubletError } from '@sublet/protocol'
import { BaseError, HttpRequestError, InsufficientFundsError, TimeoutError } from 'viem'

/** Names of the contracts' errors that mean: there is not enough money. */
const lacksMoney = ['InsufficientBalance', 'ERC20InsufficientBalance', 'ERC20InsufficientAllowance']

/**
 * What went wrong on the chain, as an error that a caller can act on: `chain.unreachable`, `funds.insufficient` or
 * `chain.reverted`. Other errors come back as they are.
 */
export function explainChainError(cause: unknown, rpcUrl: string): unknown {
  if (isSubletError(cause) || !(cause instanceof BaseError)) return cause
  if (cause.walk((inner) => inner instanceof HttpRequestError || inner instanceof TimeoutError) !== null) {
    return new SubletError('chain.unreachable', `The chain at ${rpcUrl} does not answer.`, {
      hint: 'Check that its node runs. Where `sublet up` brought it, stop that with Ctrl-C and start it again.',
      cause,
    })
  }
  if (cause.walk((inner) => inner instanceof InsufficientFundsError) !== null) {
    return new SubletError(
      'funds.insufficient',
      'The wallet has too little of the native coin to pay for gas.',
      {
        hint: 'Send it some of the native coin of the chain; `sublet wallet show` prints its address.',
        cause,
      },
    )
  }
  const explained = explainRevert(cause)
  if (explained === undefined) {
    return new SubletError('chain.reverted', `The chain refused the transaction: ${cause.shortMessage}`, {
      hint: 'Look whether the lease is still open and the wallet holds enough, then try again.',
      cause,
    })
  }
  const code = lacksMoney.includes(explained.name) ? 'funds.insufficient' : 'chain.reverted'
  return new SubletError(code, explained.sentence, {
    hint:
      code === 'funds.insufficient'
        ? 'Deposit more into the escrow: `sublet wallet fund`.'
        : 'Nothing was changed on chain; read the current state and try again.',
    details: { error: explained.name },
    cause,
  })
}
