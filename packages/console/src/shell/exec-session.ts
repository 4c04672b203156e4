import { decodeExecFrames, encodeExecFrame, exitSchema, resizeSchema } from '@sublet/protocol'

export interface ExecTarget {
  leaseId: string
  service: string
  command: readonly string[]
  columns: number
  rows: number
}

export interface ExecEvents {
  onOpen(): void
  onOutput(bytes: Uint8Array): void
  /** The command ended by itself. */
  onExit(exitCode: number): void
  /** The connection ended without an exit code. */
  onLost(reason: string): void
}

export interface ExecSession {
  write(text: string): void
  resize(columns: number, rows: number): void
  close(): void
}

/** Where the shell of a service is; same origin as the page. */
export function execUrl(target: ExecTarget, page: { protocol: string; host: string }): string {
  const query = new URLSearchParams({
    service: target.service,
    command: JSON.stringify(target.command),
    tty: 'true',
    columns: String(target.columns),
    rows: String(target.rows),
  })
  const scheme = page.protocol === 'https:' ? 'wss:' : 'ws:'
  return `${scheme}//${page.host}/v1/leases/${encodeURIComponent(target.leaseId)}/exec?${query}`
}

/** Runs a command with a terminal; what is written before the connection stands is kept and sent then. */
export function openExec(socket: WebSocket, events: ExecEvents): ExecSession {
  socket.binaryType = 'arraybuffer'
  const encoder = new TextEncoder()
  let early: Uint8Array<ArrayBuffer>[] = []
  let finished = false

  function sendFrame(frame: Uint8Array): void {
    const copy = new Uint8Array(frame)
    if (socket.readyState === socket.OPEN) socket.send(copy)
    else if (socket.readyState === socket.CONNECTING) early.push(copy)
  }

  function finish(tell: () => void): void {
    if (finished) return
    finished = true
    tell()
    socket.close()
  }

  socket.addEventListener('open', () => {
    for (const frame of early) socket.send(frame)
    early = []
    events.onOpen()
  })
  socket.addEventListener('close', (event) =>
    finish(() => events.onLost(event.reason || 'The connection to the shell ended.')),
  )

  void readFrames(socket, events, finish).catch(() =>
    finish(() => events.onLost('The shell sent something that cannot be read.')),
  )

  return {
    write: (text) => sendFrame(encodeExecFrame('stdin', encoder.encode(text))),
    resize: (columns, rows) => {
      const size = resizeSchema.safeParse({ columns, rows })
      if (size.success) sendFrame(encodeExecFrame('resize', encoder.encode(JSON.stringify(size.data))))
    },
    close: () => finish(() => undefined),
  }
}

async function readFrames(
  socket: WebSocket,
  events: ExecEvents,
  finish: (tell: () => void) => void,
): Promise<void> {
  for await (const frame of decodeExecFrames(messagesOf(socket))) {
    if (frame.kind === 'stdout' || frame.kind === 'stderr') events.onOutput(frame.bytes)
    if (frame.kind !== 'exit') continue
    const { exitCode } = exitSchema.parse(JSON.parse(new TextDecoder().decode(frame.bytes)))
    finish(() => events.onExit(exitCode))
    return
  }
}

/** Binary messages until the socket closes. */
async function* messagesOf(socket: WebSocket): AsyncGenerator<Uint8Array> {
  const queue: Uint8Array[] = []
  let closed = false
  let wake: () => void = () => undefined
  socket.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data instanceof ArrayBuffer) queue.push(new Uint8Array(event.data))
    wake()
  })
  socket.addEventListener('close', () => {
    closed = true
    wake()
  })
  for (;;) {
    const next = queue.shift()
    if (next !== undefined) yield next
    else if (closed) return
    else {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
