import { type ErrorCode, errorCodes, errorDocsPath } from './codes.ts'

export interface SubletErrorOptions {
  /** What the reader can do about it, as a sentence. */
  hint?: string | undefined
  cause?: unknown
  /** Facts for programs: field names, amounts, reasons. Must survive JSON; bigints become decimal strings. */
  details?: Record<string, unknown> | undefined
}

/** RFC 9457 problem document with Sublet's stable `code`. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: ErrorCode
  retryable: boolean
  hint?: string | undefined
  details?: Record<string, unknown> | undefined
}

/** An error that a caller can act on: a stable code, a sentence, and the cure. */
export class SubletError extends Error {
  override readonly name = 'SubletError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: ErrorCode, message: string, options: SubletErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }

  get status(): number {
    return errorCodes[this.code].status
  }
}

export function toProblem(error: SubletError): Problem {
  const { status, retryable, summary } = errorCodes[error.code]
  return {
    type: errorDocsPath(error.code),
    title: summary,
    status,
    detail: error.message,
    code: error.code,
    retryable,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  }
}

/** Rebuilds the error that a problem document describes; unknown codes become `internal`. */
export function fromProblem(problem: Pick<Problem, 'code' | 'detail'> & Partial<Problem>): SubletError {
  const code = problem.code in errorCodes ? problem.code : 'internal'
  return new SubletError(code, problem.detail, { hint: problem.hint, details: problem.details })
}

export function isSubletError(error: unknown, code?: ErrorCode): error is SubletError {
  return error instanceof SubletError && (code === undefined || error.code === code)
}
