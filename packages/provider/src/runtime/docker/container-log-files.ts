import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import type Docker from 'dockerode'
import type { LogFiles } from '../log-files/open-log-files.ts'
import type { LogSource } from '../log-files/read-log-files.ts'
import { unlessMissing } from './docker-error.ts'
import { jsonLogFormat } from './json-log-entries.ts'

/** What of a container says where its log lies. */
export interface LoggedContainer {
  LogPath?: string
  HostConfig?: { LogConfig?: { Type?: string; Config?: Record<string, string> | null } }
}

/** Docker keeps one file where nothing else is said, the one that is written to. */
const fewestFiles = 1

/** What Docker takes for yes. */
const truths = new Set(['1', 't', 'true'])

/** The files that a container's log lies in, as far as its settings say; undefined where it lies in no such files. */
export function logFilesOf({ LogPath: path, HostConfig }: LoggedContainer): LogFiles | undefined {
  const { Type: driver, Config: options } = HostConfig?.LogConfig ?? {}
  // A container that was never started has no path yet.
  if (driver !== 'json-file' || path === undefined || path === '') return undefined
  const count = Number(options?.['max-file'] ?? fewestFiles)
  const older = Array.from({ length: Math.max(0, count - 1) }, (_, index) => `${path}.${index + 1}`)
  return { paths: [path, ...older], areCompressed: truths.has(options?.compress?.toLowerCase() ?? '') }
}

/**
 * A container's log as it lies on this machine; undefined where it must be had from the engine: another log driver, or
 * files that this process may not read.
 */
export async function findLogFiles(docker: Docker, id: string): Promise<LogSource | undefined> {
  const container = docker.getContainer(id)
  const seen = await unlessMissing('look at the container', () => container.inspect())
  const files = seen === undefined ? undefined : logFilesOf(seen as LoggedContainer)
  const [path] = files?.paths ?? []
  if (files === undefined || path === undefined) return undefined
  if (!(await access(path, constants.R_OK).then(isSo, isNotSo))) return undefined
  return {
    files,
    format: jsonLogFormat,
    // The engine says so when all output is in the file.
    async ended(signal) {
      await unlessMissing('wait for the container', () => container.wait({ abortSignal: signal }))
    },
  }
}

const isSo = () => true
const isNotSo = () => false
