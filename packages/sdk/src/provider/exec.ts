import {
  decodeExecFrames,
  type ExecFrame,
  encodeExecFrame,
  exitSchema,
  type Hex,
  SubletError,
} from '@sublet/protocol'
import { queryText } from '../http/query-text.ts'
import type { TransportResponse } from '../http/transport.ts'
import { createChannel } from '../stream/channel.ts'

export interface ExecOptions {
  command: readonly string[]
  /** The lease's only service unless named. */
  service?: string | undefined
  /** From 0. */
  replica?: number | undefined
  /** A terminal of `columns` by `rows` characters; otherwise plain streams. */
  tty?: boolean | undefined
  columns?: number | undefined
  rows?: number | undefined
  signal?: AbortSignal | undefined
}

/** A command that runs in a lease. */
export interface ExecSession {
  /** Its input. `write` resolves when the network took the bytes; `end` closes the input. */
  readonly stdin: { write(bytes: Uint8Array): Promise<void>; end(): Promise<void> }
  /** `stdout` and `stderr` frames until the command ends. Read them to the end; they can be read once. */
  readonly frames: AsyncIterable<ExecFrame>
  resize(columns: number, rows: number): Promise<void>
  /** The exit code; settles when `frames` has been read to its end. */
  readonly exit: Promise<number>
}

/** Starts a command through a sealed call whose body and answer stream at the same time. */
export async function openExec(
  call: (request: {
    method: string
    path: string
    body: AsyncIterable<Uint8Array>
    signal?: AbortSignal | undefined
  }) => Promise<TransportResponse>,
  leaseId: Hex,
  options: ExecOptions,
): Promise<ExecSession> {
  const { command, service, replica, tty, columns, rows, signal } = options
  const query = queryText({ service, replica, command: JSON.stringify(command), tty, columns, rows })
  const sent = createChannel<Uint8Array>()
  const response = await call({ method: 'POST', path: `/leases/${leaseId}/exec${query}`, body: sent, signal })

  let settle: (code: number) => void = () => {}
  let refuse: (error: unknown) => void = () => {}
  const exit = new Promise<number>((resolve, reject) => {
    settle = resolve
    refuse = reject
  })
  // Whoever only reads frames never looks at `exit`; the error reaches them through the frames.
  exit.catch(() => {})

  async function* frames(): AsyncGenerator<ExecFrame> {
    try {
      for await (const frame of decodeExecFrames(response.body)) {
        if (frame.kind === 'exit') {
          settle(exitSchema.parse(JSON.parse(new TextDecoder().decode(frame.bytes))).exitCode)
          return
        }
        if (frame.kind === 'stdout' || frame.kind === 'stderr') yield frame
      }
      throw new SubletError('provider.unreachable', 'The connection to the command was cut.', {
        hint: 'The command may run on; open another shell to look.',
      })
    } catch (error) {
      refuse(error)
      throw error
    } finally {
      sent.end()
      refuse(new SubletError('provider.unreachable', 'The command was left before it ended.'))
    }
  }

  return {
    stdin: {
      write: (bytes) => sent.push(encodeExecFrame('stdin', bytes)),
      end: () => sent.push(encodeExecFrame('stdinEnd')),
    },
    frames: frames(),
    resize: (newColumns, newRows) =>
      sent.push(
        encodeExecFrame(
          'resize',
          new TextEncoder().encode(JSON.stringify({ columns: newColumns, rows: newRows })),
        ),
      ),
    exit,
  }
}
