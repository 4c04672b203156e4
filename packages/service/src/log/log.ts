import { createRequire } from 'node:module'
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

export type Log = Logger
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  /** The daemon's name; every line carries it. */
  name: string
  /** `info` by default. */
  level?: LogLevel | undefined
  /** Where lines go. Standard error by default, so that standard output stays the command's own. */
  destination?: DestinationStream | undefined
  /** People's lines or JSON's. By default people's on a terminal, JSON's elsewhere and for a given destination. */
  pretty?: boolean | undefined
}

const secretNames = [
  'authorization',
  'cookie',
  'passphrase',
  'password',
  'privateKey',
  'secret',
  'secrets',
  'token',
]
/** Secrets are hidden at the top of a line's fields and up to two levels down, as deep as anything is logged. */
const redacted = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** A log of JSON lines, or of people's lines on a terminal. Fields that hold secrets by name are hidden. */
export function createLog({ name, level = 'info', destination, pretty }: LogOptions): Log {
  const options: LoggerOptions = {
    name,
    level,
    redact: { paths: redacted, censor: '(hidden)' },
    base: { name },
  }
  if (pretty ?? (destination === undefined && process.stderr.isTTY === true)) {
    // Loaded only here: a daemon that logs JSON shall not pay for it.
    const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
    const format = prettyFactory({ ignore: 'pid,hostname', colorize: destination === undefined })
    const out = destination ?? process.stderr
    return pino(options, { write: (line: string) => void out.write(format(line) ?? '') })
  }
  return pino(options, destination ?? pino.destination({ fd: 2, sync: true }))
}
