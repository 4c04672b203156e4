import { errorCodes, isSubletError, type Problem, SubletError, toProblem } from '@sublet/protocol'
import type { FastifyError, FastifyReply } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { jsonText } from './wire-text.ts'

const places: Record<string, string> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
}

/** What went wrong, as an error that a caller can act on; what nobody expected becomes `internal`, its cause inside. */
export function toSubletError(error: unknown): SubletError {
  if (isSubletError(error)) return error
  if (error instanceof Error && hasZodFastifySchemaValidationErrors(error)) {
    const place = places[(error as FastifyError).validationContext ?? 'body'] ?? 'body'
    const problems = error.validation.map(({ instancePath, message }) => ({
      field: [place, ...instancePath.split('/').filter((part) => part !== '')].join('.'),
      message: message ?? 'is invalid',
    }))
    const sentence = problems.map(({ field, message }) => `${field}: ${message}`).join('; ')
    return new SubletError('request.invalid', `The request has problems: ${sentence}.`, {
      hint: 'Mend the named fields; /openapi.json describes every request.',
      details: { problems },
      cause: error,
    })
  }
  const { statusCode, message } = (error ?? {}) as Partial<FastifyError>
  if (statusCode === 413) {
    return new SubletError('request.too-large', 'The request body is larger than this route takes.', {
      hint: 'Send less in one request.',
      cause: error,
    })
  }
  // Fastify's own refusals: unreadable JSON, an unknown media type, a header that makes no sense.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new SubletError('request.invalid', message ?? 'The request is malformed.', {
      hint: '/openapi.json describes every request.',
      cause: error,
    })
  }
  return new SubletError('internal', 'Something failed here that should not have.', {
    hint: "Try again; the daemon's log has the details under this request's id.",
    cause: error,
  })
}

/** The document's text: bigints in its details become decimal strings. */
export function problemText(problem: Problem): string {
  return jsonText(problem)
}

/** Answers with the RFC 9457 document of an error. */
export function sendProblem(reply: FastifyReply, error: SubletError): FastifyReply {
  return reply
    .code(errorCodes[error.code].status)
    .type('application/problem+json')
    .serializer((text: string) => text)
    .send(problemText(toProblem(error)))
}
