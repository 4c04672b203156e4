import { type ErrorCode, fromProblem, type Problem, SubletError } from '@sublet/protocol'
import { readAll } from '../stream/read-all.ts'
import type { TransportResponse } from './transport.ts'

const maxProblemBytes = 1024 * 1024

/** Passes a good answer on. Throws the SubletError that a problem document names, or `code` where there is none. */
export async function answered(
  response: TransportResponse,
  who: string,
  code: ErrorCode,
): Promise<TransportResponse> {
  if (response.status >= 200 && response.status < 300) return response
  const text = await readAll(response.body, maxProblemBytes).catch(() => new Uint8Array())
  throw problemIn(text) ?? new SubletError(code, `${who} answered ${response.status} without a reason.`)
}

/** The error in a problem document's bytes; undefined where they hold none. */
export function problemIn(bytes: Uint8Array): SubletError | undefined {
  try {
    const problem = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Problem> | null
    if (typeof problem?.code !== 'string' || typeof problem.detail !== 'string') return undefined
    return fromProblem({ ...problem, code: problem.code, detail: problem.detail })
  } catch {
    return undefined
  }
}
