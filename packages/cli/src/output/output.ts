import process from 'node:process'
import { canonicalJson, isSubletError, SubletError, toProblem } from '@sublet/protocol'
import Table from 'cli-table3'
import color from 'picocolors'
import { asCalled } from './as-called.ts'
import type { Progress } from './progress.ts'
import { startSpinner } from './spinner.ts'

/** Where a command speaks: JSON for scripts on stdout, or words for people. Progress always goes to stderr. */
export interface Output {
  readonly json: boolean
  /** The command's result: printed as one JSON value, or by `words`, whose empty text says nothing. */
  result(value: unknown, words: () => string): void
  /** A line for people; silent with `--json`. */
  line(text?: string): void
  progress(message: string): Progress
}

/** JSON with bigints as decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner),
    2,
  )
}

/** JSON on one line, bigints as decimal strings, for what comes piece by piece. */
export function toLine(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? inner.toString() : inner,
  )
}

/** Runs what goes on until it ends or the person presses Ctrl-C, which is no failure. */
export async function untilInterrupted(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  process.once('SIGINT', stop)
  try {
    await run(interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
  } finally {
    process.removeListener('SIGINT', stop)
  }
}

function plainProgress(message: string): Progress {
  let last = ''
  const say = (text: string) => {
    if (text !== last) process.stderr.write(`${text}\n`)
    last = text
  }
  say(message)
  return { update: say, done: say, failed: say }
}

const silentProgress: Progress = { update() {}, done() {}, failed() {} }

export function createOutput(options: { json: boolean }): Output {
  const { json } = options
  return {
    json,
    result(value, words) {
      const text = json ? toJson(value) : asCalled(words(), process.env)
      if (text !== '') process.stdout.write(`${text}\n`)
    },
    line(text = '') {
      if (!json) process.stdout.write(`${asCalled(text, process.env)}\n`)
    },
    progress(message) {
      if (json && !process.stderr.isTTY) return silentProgress
      return process.stderr.isTTY ? startSpinner(process.stderr, message) : plainProgress(message)
    },
  }
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = new Table({
    head: head.map((text) => color.dim(text)),
    style: { head: [], border: [], compact: true },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
  })
  for (const row of rows) shown.push([...row])
  return shown.toString()
}

/** Says what failed and what to do, and gives the exit code. Never a stack trace, unless `SUBLET_DEBUG` asks. */
export function describeFailure(error: unknown): { problem: ReturnType<typeof toProblem>; words: string } {
  const known = isSubletError(error)
    ? error
    : new SubletError('internal', error instanceof Error ? error.message : String(error), {
        hint: 'This should not happen. Run again with SUBLET_DEBUG=1 for the details, and please report it.',
        cause: error,
      })
  const lines = [`${color.red('✗')} ${known.message}`]
  const findings = known.details?.findings
  if (Array.isArray(findings)) lines.push(...findings.map((finding) => `  ${describeFinding(finding)}`))
  const excluded = known.details?.excluded
  if (Array.isArray(excluded)) {
    // Of a single one the sentence above may have told all.
    const untold = excluded.filter(({ message }) => excluded.length > 1 || !known.message.includes(message))
    lines.push(...untold.map((one) => `  ${describeExclusion(one)}`))
  }
  const logs = known.details?.lastLogLines
  if (Array.isArray(logs) && logs.length > 0) {
    lines.push(color.dim('  last lines of its output:'), ...logs.map((line) => color.dim(`  │ ${line}`)))
  }
  if (known.hint !== undefined) lines.push(`${color.cyan('→')} ${known.hint}`)
  if (process.env.SUBLET_DEBUG !== undefined) lines.push(color.dim(String((error as Error).stack ?? error)))
  return { problem: toProblem(known), words: asCalled(lines.join('\n'), process.env) }
}

function describeFinding(finding: unknown): string {
  const { text } = finding as { text?: unknown }
  return typeof text === 'string' ? text : canonicalJson(finding)
}

function describeExclusion(exclusion: unknown): string {
  const { provider, message } = exclusion as { provider?: string; message?: string }
  return `${provider ?? 'a provider'}: ${message ?? 'left out'}`
}
