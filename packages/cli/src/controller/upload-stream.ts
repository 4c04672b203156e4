import { type IncomingMessage, request } from 'node:http'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fromProblem, type Problem, SubletError } from '@sublet/protocol'

/** The error that a controller's answer names. */
export function errorIn(status: number, body: string): SubletError {
  try {
    const problem = JSON.parse(body) as Problem
    if (problem.code !== undefined) return fromProblem(problem)
  } catch {
    // No problem document.
  }
  return new SubletError('internal', `The controller answered ${status} without a reason.`)
}

export function unreachable(url: string, cause: unknown): SubletError {
  return new SubletError('controller.unreachable', `The controller at ${url} does not answer.`, {
    hint: 'Start the network with `sublet up`.',
    cause,
  })
}

/**
 * Sends a stream no faster than it is taken. (`fetch` of Node 20 reads a stream far ahead of the network: a copy of a
 * gigabyte took a gigabyte of memory.) Throws the source's own error, or what the controller's problem document names.
 */
export async function uploadStream(url: string, token: string, body: Readable): Promise<void> {
  let sourceFailed: unknown
  body.once('error', (error) => {
    sourceFailed = error
  })
  const sent = request(url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
  })
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
  })
  // Who refuses may answer before everything is sent, and hang up: then its answer counts.
  const sending = pipeline(body, sent).catch(() => undefined)
  try {
    const response = await answer
    const said = await text(response)
    const status = response.statusCode ?? 502
    if (status >= 400) throw errorIn(status, said)
    await sending
  } catch (error) {
    throw sourceFailed ?? (error instanceof SubletError ? error : unreachable(new URL(url).origin, error))
  } finally {
    body.destroy()
  }
}
