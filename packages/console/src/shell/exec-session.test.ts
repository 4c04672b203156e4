import { decodeExecFrames, encodeExecFrame } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { execUrl, openExec } from './exec-session.ts'

/** The side of a WebSocket that scripts see, with the other side in the test's hand. */
class HeldSocket extends EventTarget {
  readonly CONNECTING = 0
  readonly OPEN = 1
  readyState = 0
  binaryType = 'blob'
  readonly sent: Uint8Array[] = []
  send(bytes: Uint8Array): void {
    this.sent.push(bytes)
  }
  close(): void {
    this.readyState = 3
  }
  open(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  receive(bytes: Uint8Array): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: new Uint8Array(bytes).buffer }))
  }
  drop(reason: string): void {
    this.readyState = 3
    this.dispatchEvent(Object.assign(new Event('close'), { reason }))
  }
}

function start() {
  const socket = new HeldSocket()
  const seen: string[] = []
  const session = openExec(socket as unknown as WebSocket, {
    onOpen: () => seen.push('open'),
    onOutput: (bytes) => seen.push(`out ${new TextDecoder().decode(bytes)}`),
    onExit: (exitCode) => seen.push(`exit ${exitCode}`),
    onLost: (reason) => seen.push(`lost ${reason}`),
  })
  return { socket, seen, session }
}

const bytes = (text: string) => new TextEncoder().encode(text)

async function sentFrames(socket: HeldSocket): Promise<string[]> {
  const frames: string[] = []
  async function* all() {
    yield* socket.sent
  }
  for await (const frame of decodeExecFrames(all())) {
    frames.push(`${frame.kind} ${new TextDecoder().decode(frame.bytes)}`)
  }
  return frames
}

test('sends what was typed before the connection stood, in order', async () => {
  const { socket, session } = start()
  session.write('ls')
  session.resize(120, 40)
  expect(socket.sent).toEqual([])
  socket.open()
  session.write('\r')
  expect(await sentFrames(socket)).toEqual(['stdin ls', 'resize {"columns":120,"rows":40}', 'stdin \r'])
})

test('never asks for a terminal without columns', async () => {
  const { socket, session } = start()
  socket.open()
  session.resize(0, 10)
  expect(socket.sent).toEqual([])
})

test('puts frames together however they are cut, and tells the exit once', async () => {
  const { socket, seen } = start()
  socket.open()
  const out = encodeExecFrame('stdout', bytes('hello'))
  socket.receive(out.slice(0, 3))
  socket.receive(new Uint8Array([...out.slice(3), ...encodeExecFrame('stderr', bytes('!'))]))
  socket.receive(encodeExecFrame('exit', bytes('{"exitCode":7}')))
  await expect.poll(() => seen.at(-1)).toBe('exit 7')
  socket.drop('')
  expect(seen).toEqual(['open', 'out hello', 'out !', 'exit 7'])
})

test('says why a connection ended without an exit', async () => {
  const { socket, seen } = start()
  socket.drop('lease.not-found: There is no such lease.')
  expect(seen).toEqual(['lost lease.not-found: There is no such lease.'])
})

test('leads to the lease, on the page’s own origin', () => {
  const target = { leaseId: '0xab', service: 'web', command: ['sh', '-c', 'a b'], columns: 80, rows: 24 }
  const url = new URL(execUrl(target, { protocol: 'https:', host: 'console.test' }))
  expect(url.protocol).toBe('wss:')
  expect(url.pathname).toBe('/v1/leases/0xab/exec')
  expect(JSON.parse(url.searchParams.get('command') ?? '')).toEqual(['sh', '-c', 'a b'])
})
