import { SubletError } from '@sublet/protocol'
import { z } from 'zod'

/** What an authority says went wrong (RFC 8555 §6.7), as far as anybody acts on it. */
export const acmeProblemSchema = z.looseObject({
  type: z.string().default('about:blank'),
  detail: z.string().default('it gave no reason'),
})
export type AcmeProblem = z.output<typeof acmeProblemSchema>

const unreachable = (host: string) =>
  `The authority must reach http://${host}/.well-known/acme-challenge/ at port 80 of this indexer: point the name here and open the port.`

const cures: Readonly<Record<string, (host: string) => string>> = {
  rateLimited: () => 'Nothing has to be done: it is ordered again when the authority allows it.',
  caa: (host) => `Allow the authority in the CAA records of ${host}, or remove them.`,
  dns: (host) => `The authority cannot look ${host} up: check its records and its DNSSEC.`,
  connection: unreachable,
  unauthorized: unreachable,
  incorrectResponse: unreachable,
  rejectedIdentifier: () =>
    'This authority gives no certificate for such a name: bring one of your own as a secret.',
  userActionRequired: () => 'The indexer’s operator must accept the authority’s new terms.',
  externalAccountRequired: () =>
    'This authority wants an account that is known to it: take another directory.',
}

/** A refusal in the authority's own words, with what to do. `details.retryAfterMs` says how long it wants to be left alone. */
export function explainRefusal(host: string, problem: AcmeProblem, retryAfterMs?: number): SubletError {
  const kind = problem.type.split(':').pop() ?? ''
  const words = problem.detail.replace(/[.\s]+$/, '')
  return new SubletError('certificate.refused', `The certificate authority refused ${host}: ${words}.`, {
    hint: cures[kind]?.(host) ?? 'It is ordered again later; the authority’s words say what to mend.',
    details: { type: problem.type, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  })
}

/** `Retry-After` (RFC 9110 §10.2.3) in milliseconds from now: seconds, or a date. */
export function retryAfterMsOf(header: string | string[] | undefined, nowMs: number): number | undefined {
  const value = Array.isArray(header) ? header[0] : header
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - nowMs
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}
