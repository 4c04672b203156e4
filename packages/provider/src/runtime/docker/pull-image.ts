import type { Readable } from 'node:stream'
import { SubletError } from '@sublet/protocol'
import type Docker from 'dockerode'
import type { PullOptions } from '../runtime.ts'
import { engineError, messageOf } from './docker-error.ts'
import { exactReference, parseImageReference } from './image-reference.ts'

interface PullEvent {
  status?: string
  id?: string
  error?: string
  progressDetail?: { current?: number; total?: number }
}

/** Adds up what the engine tells about each layer. */
export function createPullTally(): (event: PullEvent) => { doneBytes: number; totalBytes: number } {
  const layers = new Map<string, { done: number; total: number }>()
  return ({ status, id, progressDetail }) => {
    if (id !== undefined) {
      const layer = layers.get(id) ?? { done: 0, total: 0 }
      if (status === 'Downloading') {
        layer.done = progressDetail?.current ?? layer.done
        layer.total = Math.max(layer.total, progressDetail?.total ?? 0)
      }
      if (status === 'Download complete' || status === 'Pull complete') layer.done = layer.total
      layers.set(id, layer)
    }
    const sum = { doneBytes: 0, totalBytes: 0 }
    for (const { done, total } of layers.values()) {
      sum.doneBytes += done
      sum.totalBytes += total
    }
    return sum
  }
}

/** Fetches an image from its registry. Throws `image.unavailable` with the registry's own words. */
export async function pullImage(docker: Docker, reference: string, options: PullOptions): Promise<void> {
  const { registry } = parseImageReference(reference)
  const { credentials, onProgress, signal } = options
  const tally = createPullTally()
  try {
    const stream = (await docker.pull(exactReference(reference), {
      ...(signal === undefined ? {} : { abortSignal: signal }),
      ...(credentials === undefined
        ? {}
        : {
            authconfig: {
              username: credentials.username,
              password: credentials.password,
              serveraddress: credentials.host || registry,
            },
          }),
    })) as Readable
    for await (const event of pullEvents(stream)) {
      if (event.error !== undefined) throw unavailable(reference, event.error)
      onProgress?.({ ...tally(event), message: event.status ?? '' })
    }
  } catch (error) {
    if (error instanceof SubletError) throw error
    if (signal?.aborted) throw unavailable(reference, 'the pull was given up')
    const seen = engineError(error, 'pull the image')
    throw seen.code === 'runtime.unavailable' ? seen : unavailable(reference, messageOf(error), error)
  }
}

/** What may help, by the words of the engine or the registry. */
export function pullHint(reason: string): string {
  if (/no such host|dial tcp|timeout|connection refused|network is unreachable|tls|x509/i.test(reason))
    return 'Check the name of the registry, and that the provider can reach it.'
  if (/denied|unauthorized|authentication|forbidden/i.test(reason))
    return 'Check the name, and the credentials if the image is private.'
  if (/not found|manifest unknown|no matching manifest/i.test(reason))
    return 'Check the name and the tag, and that there is an image for this kind of machine.'
  return 'Check the name and the tag, that the registry can be reached, and the credentials if it is private.'
}

async function* pullEvents(stream: Readable): AsyncGenerator<PullEvent> {
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as PullEvent
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as PullEvent
}

function unavailable(reference: string, reason: string, cause?: unknown): SubletError {
  return new SubletError('image.unavailable', `The image ${reference} cannot be pulled: ${reason}`, {
    hint: pullHint(reason),
    cause,
    details: { image: reference },
  })
}
