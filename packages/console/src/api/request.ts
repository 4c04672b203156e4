import { errorCodes, fromProblem, SubletError } from '@sublet/protocol'

/** What turns the controller's JSON into values: any schema of `protocol`. */
export interface Decoder<T> {
  safeDecode(json: unknown): { success: true; data: T } | { success: false; error: Error }
}

interface RequestOptions {
  method?: 'GET' | 'POST'
  body?: unknown
  signal?: AbortSignal | undefined
}

/**
 * Asks the controller. Throws `SubletError`: what its problem document says, or `controller.unreachable` when it does
 * not answer. An abort passes through as it is.
 */
export async function request<T>(
  path: string,
  decoder: Decoder<T>,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(path, options)
  const decoded = decoder.safeDecode(await response.json().catch(() => undefined))
  if (decoded.success) return decoded.data
  throw new SubletError('internal', 'The controller answered with something this page does not understand.', {
    hint: 'Reload the page: it may be older than the controller.',
    cause: decoded.error,
  })
}

/** Same, with the answer's body left unread. */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', body, signal } = options
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw unreachable(error)
  })
  if (response.ok) return response
  throw problemOf(response.status, await response.json().catch(() => undefined))
}

export function unreachable(cause?: unknown): SubletError {
  return new SubletError('controller.unreachable', 'The network on this machine does not answer.', {
    hint: 'Start it again with `sublet up`. This page goes on by itself as soon as it is back.',
    cause,
  })
}

/** The error that a failed answer describes, whether or not it carries a problem document. */
export function problemOf(status: number, body: unknown): SubletError {
  if (isProblem(body)) return fromProblem(body)
  if (status === 401 || status === 403) {
    return new SubletError('auth.missing', 'This page is not signed in.', {
      hint: 'Open the console at the address that `sublet up` printed; it carries the token.',
    })
  }
  if (status === 502 || status === 503 || status === 504) return unreachable()
  return new SubletError('internal', `The controller answered with status ${status} and no explanation.`, {
    hint: 'Look at what `sublet up` printed; it names the request.',
  })
}

function isProblem(body: unknown): body is Parameters<typeof fromProblem>[0] {
  if (typeof body !== 'object' || body === null) return false
  const { code, detail } = body as { code?: unknown; detail?: unknown }
  return typeof code === 'string' && code in errorCodes && typeof detail === 'string'
}

/** Whatever was thrown, as an error with a sentence. */
export function asSubletError(error: unknown): SubletError {
  if (error instanceof SubletError) return error
  const detail = error instanceof Error ? error.message : String(error)
  return new SubletError('internal', `The page stumbled: ${detail}`, {
    hint: 'Reload the page.',
    cause: error,
  })
}
