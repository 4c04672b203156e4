import { decodeExecFrames, encodeExecFrame } from '@sublet/protocol'
import type { WebSocket } from 'ws'

const utf8 = new TextEncoder()

/** A shell that knows `echo`, `size` and `exit`, with the echo and line editing of a terminal. */
export function serveSampleShell(socket: WebSocket): void {
  const say = (text: string) => socket.send(encodeExecFrame('stdout', utf8.encode(text)))
  let line = ''
  let size = ''
  say('$ ')
  socket.on('message', (data: Buffer) => void take(data))

  async function take(data: Buffer): Promise<void> {
    for await (const { kind, bytes } of decodeExecFrames(one(data))) {
      const text = new TextDecoder().decode(bytes)
      if (kind === 'resize') size = text
      if (kind === 'stdin') for (const letter of text) type(letter)
    }
  }

  function type(letter: string): void {
    if (letter === '\r') {
      say('\r\n')
      run(line.trim())
      line = ''
    } else if (letter === '\x7f') {
      line = line.slice(0, -1)
      say('\b \b')
    } else {
      line += letter
      say(letter)
    }
  }

  function run(command: string): void {
    const [word = '', ...rest] = command.split(/\s+/)
    if (word === 'exit') {
      socket.send(encodeExecFrame('exit', utf8.encode(JSON.stringify({ exitCode: Number(rest[0] ?? 0) }))))
      return
    }
    if (word === 'echo') say(`${rest.join(' ')}\r\n`)
    else if (word === 'size') say(`${size}\r\n`)
    else if (word !== '') say(`${word}: not found\r\n`)
    say('$ ')
  }
}

async function* one(data: Buffer): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(data)
}
