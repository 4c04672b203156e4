import { isSubletError } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import pico from 'picocolors'
import { onScreen, pause } from '../screen/live-screen.ts'
import { plainLines } from './plain-lines.ts'
import { renderView } from './render-view.ts'
import type { Wire } from './wire.ts'

type Status = Wire<ProviderStatus>

export interface WatchOptions {
  /** Asks the provider; throws `provider.unreachable` where none runs. */
  ask: () => Promise<Status>
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
  json: boolean
  everyMs: number
  /** Ends the watching, as `q` and Ctrl-C do. */
  signal: AbortSignal
}

/**
 * Shows a provider until the person has seen enough: redrawn in place on a terminal, what is new line by line elsewhere,
 * one JSON object per change with `json`. Throws when no provider answers at the beginning; waits when it goes later.
 */
export async function watchStatus(options: WatchOptions): Promise<void> {
  const { output, json } = options
  const first = await options.ask()
  const stop = new AbortController()
  options.signal.addEventListener('abort', () => stop.abort(), { once: true })
  if (json || !output.isTTY) await printChanges(first, options, stop.signal)
  else await redraw(first, options, stop)
}

async function printChanges(first: Status, options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { output, json } = options
  let shown: Status | undefined
  const print = (status: Status) => {
    if (!json) for (const line of plainLines(shown, status)) output.write(`${line}\n`)
    else if (JSON.stringify(shown) !== JSON.stringify(status)) output.write(`${JSON.stringify(status)}\n`)
    shown = status
  }
  print(first)
  await poll(options, signal, (answer) => {
    if ('status' in answer) print(answer.status)
  })
}

async function redraw(first: Status, options: WatchOptions, stop: AbortController): Promise<void> {
  const { input, output } = options
  let status = first
  let stale: string | undefined
  const frame = (size: { columns: number; rows: number }) =>
    renderView({ ...size, status, nowMs: Date.now(), colors: pico.isColorSupported, stale })
  await onScreen({ input, output, stop, frame }, (draw) =>
    poll(options, stop.signal, (answer) => {
      if ('status' in answer) status = answer.status
      stale = 'status' in answer ? undefined : answer.problem
      draw()
    }),
  )
}

async function poll(
  { ask, everyMs }: WatchOptions,
  signal: AbortSignal,
  tell: (answer: { status: Status } | { problem: string }) => void,
): Promise<void> {
  while (true) {
    await pause(everyMs, signal)
    if (signal.aborted) return
    const answer = await ask().then(
      (status) => ({ status }),
      (error: unknown) => {
        if (isSubletError(error)) return { problem: 'does not answer' }
        throw error
      },
    )
    if (!signal.aborted) tell(answer)
  }
}
