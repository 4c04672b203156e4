import { type Abi, BaseError, ContractFunctionRevertedError, decodeErrorResult, type Hex, isHex } from 'viem'
import { allAbis } from '../all-abis.ts'
import { builtinSentences, fillSentence, sentences } from './sentences.ts'

/** A contract's refusal in words. */
export interface ExplainedRevert {
  /** The custom error's name. */
  name: string
  args: readonly unknown[]
  sentence: string
}

const abi: Abi = allAbis.flatMap((items: Abi) => items.filter((item) => item.type === 'error'))

/**
 * Says in a sentence why a contract refused: for viem's errors, for raw revert data, or for any error that carries them in its causes.
 * @returns undefined when the error is neither one of our contracts' nor one of the language's own.
 */
export function explainRevert(error: unknown): ExplainedRevert | undefined {
  const data = revertDataOf(error)
  if (data === undefined) return undefined
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi, data })
    const sentence = sentences[errorName] ?? builtinSentences[errorName]
    if (sentence === undefined) return undefined
    return { name: errorName, args, sentence: fillSentence(sentence, args) }
  } catch {
    return undefined
  }
}

/** The revert data inside an error, whatever wrapped it. */
function revertDataOf(error: unknown): Hex | undefined {
  if (isHex(error)) return error.length >= 10 ? error : undefined
  if (error instanceof BaseError) {
    const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
    if (reverted instanceof ContractFunctionRevertedError && reverted.raw !== undefined)
      return revertDataOf(reverted.raw)
  }
  let cause: unknown = error
  for (let depth = 0; depth < 10 && typeof cause === 'object' && cause !== null; depth += 1) {
    if ('data' in cause) {
      const { data } = cause
      if (isHex(data) && data.length >= 10) return data
      if (typeof data === 'object' && data !== null && 'data' in data && isHex(data.data))
        return revertDataOf(data.data)
    }
    cause = 'cause' in cause ? cause.cause : undefined
  }
  return undefined
}
