import { BaseError, HttpRequestError, TimeoutError } from 'viem'

/** Whether nobody answered, so that nothing is known of what was asked. */
export function isUnreachable(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null
  )
}

function says(error: unknown, pattern: RegExp): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (pattern.test(cause.message)) return true
  }
  return false
}

/** Nodes agree on no codes for these; the texts are geth's, reth's, Erigon's, Nethermind's and anvil's. */
export function isNonceTaken(error: unknown): boolean {
  return says(
    error,
    /nonce too low|nonce is too low|OldNonce|replacement transaction underpriced|ReplacementNotAllowed/i,
  )
}

/** The node has this very transaction already. */
export function isAlreadyKnown(error: unknown): boolean {
  return says(error, /already known|already imported|AlreadyKnown/i)
}
