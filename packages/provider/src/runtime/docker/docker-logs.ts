import type { Readable } from 'node:stream'
import type { LogBlock } from '@sublet/protocol'
import type Docker from 'dockerode'
import { readLogFiles } from '../log-files/read-log-files.ts'
import type { LogRequest } from '../runtime.ts'
import type { DockerConnection } from './connect-docker.ts'
import { findLogFiles } from './container-log-files.ts'
import { withEngine } from './docker-error.ts'
import { dockerPieceBytes } from './json-log-entries.ts'
import { outputLines } from './output-lines.ts'

interface DialOptions {
  path: string
  method: string
  isStream: boolean
  abortSignal?: AbortSignal
  statusCodes: Record<number, true | string>
  options: Record<string, unknown>
}

/** What dockerode's own `logs` is made of; that one gathers everything in memory unless it follows. */
interface Modem {
  dial(options: DialOptions, done: (error: unknown, stream: Readable) => void): void
}

/**
 * A container's lines, as slowly as the reader takes them. They are read from the files in which Docker keeps them where
 * those are at hand: its own way to them is several times as slow.
 */
export async function* containerLogs(
  { docker, name, sharesFiles }: DockerConnection,
  id: string,
  request: LogRequest,
): AsyncGenerator<LogBlock> {
  if (request.signal?.aborted) return
  const source = name === 'docker' && sharesFiles ? await findLogFiles(docker, id) : undefined
  if (source !== undefined) yield* readLogFiles(source, request)
  else yield* engineLogs(docker, id, request, name === 'docker' ? dockerPieceBytes : 0)
}

async function* engineLogs(
  docker: Docker,
  id: string,
  { follow, tail, sinceMs, signal }: LogRequest,
  leastPieceBytes: number,
): AsyncGenerator<LogBlock> {
  if (signal?.aborted) return
  const stream = await withEngine(
    'read the logs',
    () =>
      new Promise<Readable>((resolve, reject) => {
        const modem = docker.modem as Modem
        modem.dial(
          {
            path: `/containers/${id}/logs?`,
            method: 'GET',
            isStream: true,
            statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
            options: {
              stdout: true,
              stderr: true,
              timestamps: true,
              follow,
              ...(tail === undefined ? {} : { tail }),
              ...(sinceMs === undefined ? {} : { since: (sinceMs / 1000).toFixed(6) }),
            },
          },
          (error, answer) => (error ? reject(error) : resolve(answer)),
        )
      }),
  )
  const stop = () => stream.destroy()
  signal?.addEventListener('abort', stop, { once: true })
  try {
    yield* outputLines(stream, { leastPieceBytes })
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    stream.destroy()
  }
}
