import { SubletError } from '@sublet/protocol'
import { z } from 'zod'
import type { AcmeAnswer, AcmeHttp } from './acme-http.ts'
import type { AcmeKey } from './acme-key.ts'
import { requestCertificate } from './certificate-request.ts'
import { acmeProblemSchema, explainRefusal, retryAfterMsOf } from './explain-refusal.ts'

export interface IssuedCertificate {
  /** PEM, the host's own certificate first. */
  chain: string
  /** PEM. */
  privateKey: string
}

/** Where the answer to a challenge is served: `http://HOST/.well-known/acme-challenge/TOKEN`. */
export interface ChallengeAnswers {
  put(host: string, token: string, answer: string): void
  remove(host: string, token: string): void
}

export interface AcmeClientParts {
  directoryUrl: string
  key: AcmeKey
  /** Mail addresses at which the authority finds the operator. */
  contact: readonly string[]
  http: AcmeHttp
  answers: ChallengeAnswers
  now: () => number
  wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Orders certificates of an authority that speaks ACME (RFC 8555), each proved by HTTP-01. */
export interface AcmeClient {
  /** Throws `certificate.refused` with the authority's words. */
  issue(host: string, signal: AbortSignal): Promise<IssuedCertificate>
}

const directorySchema = z.looseObject({ newNonce: z.url(), newAccount: z.url(), newOrder: z.url() })
const orderSchema = z.looseObject({
  status: z.enum(['pending', 'ready', 'processing', 'valid', 'invalid']),
  authorizations: z.array(z.url()),
  finalize: z.url(),
  certificate: z.url().optional(),
  error: acmeProblemSchema.optional(),
})
const challengeSchema = z.looseObject({
  type: z.string(),
  url: z.url(),
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional(),
  error: acmeProblemSchema.optional(),
})
const authorizationSchema = z.looseObject({ status: z.string(), challenges: z.array(challengeSchema) })

const mostNonces = 5
const firstPollMs = 500
const longestPollMs = 10_000
/** An authority looks from several places, one after another. */
const longestPollsMs = 180_000

export function createAcmeClient(parts: AcmeClientParts): AcmeClient {
  const { key, http, answers, now, wait } = parts
  let directory: z.output<typeof directorySchema> | undefined
  let accountUrl: string | undefined
  let nonce: string | undefined

  async function open(signal: AbortSignal) {
    if (directory !== undefined) return directory
    const { body } = await http.send('GET', parts.directoryUrl, undefined, signal)
    directory = parse(directorySchema, body)
    return directory
  }

  /** A signed request, answered; what the authority refuses is thrown in its words. */
  async function post(host: string, url: string, payload: unknown, signal: AbortSignal): Promise<AcmeAnswer> {
    for (let tries = 1; ; tries++) {
      nonce ??= header(
        await http.send('HEAD', (await open(signal)).newNonce, undefined, signal),
        'replay-nonce',
      )
      const who = accountUrl === undefined ? { jwk: key.jwk } : { kid: accountUrl }
      const used = nonce
      nonce = undefined
      const answer = await http.send('POST', url, key.sign({ ...who, nonce: used, url }, payload), signal)
      nonce = header(answer, 'replay-nonce')
      if (answer.status < 400) return answer
      const problem = acmeProblemSchema.safeParse(safeJson(answer.body)).data ?? {
        type: 'about:blank',
        detail: `status ${answer.status}`,
      }
      if (problem.type.endsWith(':badNonce') && tries < mostNonces) continue
      if (problem.type.endsWith(':accountDoesNotExist')) accountUrl = undefined
      throw explainRefusal(host, problem, retryAfterMsOf(answer.headers['retry-after'], now()))
    }
  }

  /** The same account for the same key, made the first time. Setting a directory accepts its terms. */
  async function logIn(host: string, signal: AbortSignal): Promise<void> {
    if (accountUrl !== undefined) return
    const contact = parts.contact.map((address) => `mailto:${address}`)
    const payload = { termsOfServiceAgreed: true, ...(contact.length === 0 ? {} : { contact }) }
    const answer = await post(host, (await open(signal)).newAccount, payload, signal)
    accountUrl = header(answer, 'location')
  }

  async function poll<T extends { status: string }>(
    host: string,
    url: string,
    schema: z.ZodType<T>,
    until: (value: T) => boolean,
    signal: AbortSignal,
  ): Promise<T> {
    const givenUpAtMs = now() + longestPollsMs
    for (let pauseMs = firstPollMs; ; pauseMs = Math.min(pauseMs * 2, longestPollMs)) {
      const answer = await post(host, url, '', signal)
      const value = parse(schema, answer.body)
      if (until(value)) return value
      if (now() > givenUpAtMs) {
        throw explainRefusal(host, { type: 'timeout', detail: 'it did not come to an end in time' })
      }
      const asked = retryAfterMsOf(answer.headers['retry-after'], now()) ?? 0
      await wait(Math.min(Math.max(pauseMs, asked), longestPollsMs), signal)
    }
  }

  async function prove(host: string, url: string, signal: AbortSignal): Promise<void> {
    const { status, challenges } = parse(authorizationSchema, (await post(host, url, '', signal)).body)
    if (status === 'valid') return
    const challenge = challenges.find(({ type }) => type === 'http-01')
    const token = challenge?.token
    if (challenge === undefined || token === undefined) {
      throw explainRefusal(host, { type: 'unsupported', detail: 'it offers no proof over HTTP' })
    }
    answers.put(host, token, `${token}.${key.thumbprint}`)
    try {
      await post(host, challenge.url, {}, signal)
      const ended = await poll(host, url, authorizationSchema, (one) => one.status !== 'pending', signal)
      if (ended.status === 'valid') return
      const failed = ended.challenges.find(({ error }) => error !== undefined)
      throw explainRefusal(host, failed?.error ?? { type: 'unauthorized', detail: 'its check failed' })
    } finally {
      answers.remove(host, token)
    }
  }

  return {
    async issue(host, signal) {
      await logIn(host, signal)
      const { newOrder } = await open(signal)
      const wanted = { identifiers: [{ type: 'dns', value: host }] }
      const made = await post(host, newOrder, wanted, signal)
      const orderUrl = header(made, 'location')
      const order = parse(orderSchema, made.body)
      for (const url of order.authorizations) await prove(host, url, signal)
      await poll(host, orderUrl, orderSchema, ({ status }) => status !== 'pending', signal)
      const { request, privateKey } = await requestCertificate(host)
      await post(host, order.finalize, { csr: request }, signal)
      const isDone = ({ status }: { status: string }) => status === 'valid' || status === 'invalid'
      const done = await poll(host, orderUrl, orderSchema, isDone, signal)
      if (done.certificate === undefined) {
        throw explainRefusal(host, done.error ?? { type: 'serverInternal', detail: 'it gave no certificate' })
      }
      const { body: chain } = await post(host, done.certificate, '', signal)
      return { chain, privateKey }
    },
  }
}

function header({ headers, status }: AcmeAnswer, name: string): string {
  const value = headers[name]
  if (typeof value === 'string') return value
  throw notUnderstood(`an answer with status ${status} has no ${name}`)
}

function parse<T>(schema: z.ZodType<T>, body: string): T {
  const parsed = schema.safeParse(safeJson(body))
  if (parsed.success) return parsed.data
  throw notUnderstood(z.prettifyError(parsed.error))
}

function notUnderstood(why: string): SubletError {
  return new SubletError('certificate.refused', `The certificate authority is not understood: ${why}.`, {
    hint: 'Check that the directory’s address is one that speaks ACME (RFC 8555).',
  })
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
