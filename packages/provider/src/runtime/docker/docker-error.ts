import { SubletError } from '@sublet/protocol'

interface EngineError {
  statusCode?: number
  code?: string
  message?: string
  json?: { message?: string } | null
}

export function statusOf(error: unknown): number | undefined {
  return (error as EngineError | undefined)?.statusCode
}

/** The engine's own sentence, without what the client library puts around it. */
export function messageOf(error: unknown): string {
  const { json, message } = (error ?? {}) as EngineError
  return json?.message ?? message?.replace(/^\(HTTP code \d+\) [a-z ]+ - /, '').trim() ?? String(error)
}

const unreachableCodes = ['ECONNREFUSED', 'ENOENT', 'EACCES', 'EPIPE', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND']

/** Turns whatever the engine or the way to it threw into the two errors that callers tell apart. */
export function engineError(error: unknown, doing: string): SubletError {
  if (error instanceof SubletError) return error
  const { code } = (error ?? {}) as EngineError
  if (statusOf(error) === undefined && code !== undefined && unreachableCodes.includes(code)) {
    return new SubletError('runtime.unavailable', `The container engine does not answer (${code}).`, {
      hint:
        code === 'EACCES'
          ? 'Add this user to the docker group (sudo usermod -aG docker $USER), then log in again.'
          : 'Start Docker (sudo systemctl start docker), or name its socket in SUBLET_DOCKER_HOST.',
      cause: error,
    })
  }
  return new SubletError('runtime.failed', `The container engine could not ${doing}: ${messageOf(error)}`, {
    cause: error,
  })
}

export async function withEngine<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw engineError(error, doing)
  }
}

/** The call's answer, or undefined when what it names is not there. */
export async function unlessMissing<T>(doing: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw engineError(error, doing)
  }
}
