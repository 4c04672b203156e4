import {
  decodeExecFrames,
  type ErrorCode,
  encodeExecFrame,
  errorCodes,
  exitSchema,
  SubletError,
} from '@sublet/protocol'
import type { Command } from 'commander'
import color from 'picocolors'
import type WebSocket from 'ws'
import { commandContext, type GlobalOptions } from './context.ts'
import { checkService, findLease } from './find-lease.ts'

export function addExec(program: Command): void {
  program
    .command('exec')
    .argument('<lease>', 'the start of its id, or the deployment’s name')
    .argument('<command...>', 'the command and its words; after -- where one of them is an option of exec')
    .option('-s, --service <name>', 'in this service')
    .option('-T, --no-tty', 'no terminal, even when there is one here')
    // `exec LEASE ls -l` means what it says.
    .allowUnknownOption()
    .action(
      async (
        wanted: string,
        words: string[],
        options: { service?: string; tty: boolean },
        command: Command,
      ) => {
        const option = [wanted, words[0]].find((word) => word?.startsWith('-'))
        if (option !== undefined) command.error(`error: unknown option '${option}'`)
        const { controller, output } = commandContext(command.optsWithGlobals<GlobalOptions>())
        const client = await controller()
        const found = findLease(await client.deployments(), wanted)
        checkService(found, options.service, { mustBeOne: true })
        const atTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
        const tty = options.tty && !output.json && atTerminal
        const socket = client.exec(found.leaseId, {
          ...(options.service === undefined ? {} : { service: options.service }),
          command: words,
          tty,
          ...terminalSize(),
        })
        if (!output.json) {
          process.exitCode = await attach(socket, tty, process)
          if (notFoundCodes.includes(process.exitCode)) {
            process.stderr.write(
              `${color.cyan('→')} The image may have no ${words[0]}: many have no shell. Run a program that it has.\n`,
            )
          }
          return
        }
        const said = { stdout: collector(), stderr: collector() }
        const exitCode = await attach(socket, tty, said)
        const result = { exitCode, stdout: said.stdout.text(), stderr: said.stderr.text() }
        output.result(result, () => '')
        process.exitCode = exitCode
      },
    )
}

/** How shells and container engines say that there is no such program. */
const notFoundCodes: readonly unknown[] = [126, 127]

/** A terminal that does not tell its size counts as one of the common size. */
const terminalSize = () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 })

interface Sink {
  write(bytes: Uint8Array): unknown
}

function collector(): Sink & { text(): string } {
  const chunks: Uint8Array[] = []
  return { write: (bytes) => chunks.push(bytes), text: () => Buffer.concat(chunks).toString('utf8') }
}

/** With which the controller closes the socket of a command that was not run; the reason says why. */
const refusedCode = 4000

/** `CODE: sentence` as an error. */
export function refusal(reason: string): SubletError {
  const [, code, sentence] = /^([a-z]+\.[a-z-]+|internal): (.*)$/s.exec(reason) ?? []
  const known = code !== undefined && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : undefined
  return new SubletError(known ?? 'provider.unreachable', sentence ?? 'The command could not be run there.', {
    hint:
      known === 'provider.unreachable'
        ? 'A provider that lost its connection dials again by itself; try in a few seconds.'
        : 'Look with `sublet ps` whether the lease is active, and try again.',
  })
}

/** Messages as byte chunks until the socket closes. */
async function* messages(socket: WebSocket): AsyncGenerator<Uint8Array> {
  const queue: Uint8Array[] = []
  let wake: (() => void) | undefined
  let ended = false
  let failure: Error | undefined
  const signal = () => wake?.()
  socket.on('message', (data: Buffer) => {
    queue.push(new Uint8Array(data))
    signal()
  })
  socket.on('close', (code: number, reason: Buffer) => {
    if (code === refusedCode) failure = refusal(reason.toString('utf8'))
    ended = true
    signal()
  })
  socket.on('error', (error: Error) => {
    failure = error
    ended = true
    signal()
  })
  while (true) {
    const next = queue.shift()
    if (next !== undefined) yield next
    else if (failure !== undefined) throw failure
    else if (ended) return
    else
      await new Promise<void>((resolve) => {
        wake = resolve
      })
  }
}

/** Joins this terminal to the command until it ends; gives its exit code. */
async function attach(socket: WebSocket, tty: boolean, to: { stdout: Sink; stderr: Sink }): Promise<number> {
  const text = new TextEncoder()
  const send = (frame: Uint8Array) => {
    if (socket.readyState === socket.OPEN) socket.send(frame)
  }
  const onInput = (chunk: Buffer) => send(encodeExecFrame('stdin', chunk))
  const onEnd = () => send(encodeExecFrame('stdinEnd'))
  const onResize = () => send(encodeExecFrame('resize', text.encode(JSON.stringify(terminalSize()))))
  socket.on('open', () => {
    if (tty) process.stdin.setRawMode(true)
    process.stdin.on('data', onInput).on('end', onEnd)
    process.stdout.on('resize', onResize)
  })
  try {
    for await (const frame of decodeExecFrames(messages(socket))) {
      if (frame.kind === 'stdout') to.stdout.write(frame.bytes)
      else if (frame.kind === 'stderr') to.stderr.write(frame.bytes)
      else if (frame.kind === 'exit')
        return exitSchema.parse(JSON.parse(new TextDecoder().decode(frame.bytes))).exitCode
    }
    throw new SubletError('provider.unreachable', 'The connection ended before the command did.', {
      hint: 'Look with `sublet ps` whether the lease is still there, and try again.',
    })
  } catch (error) {
    if (error instanceof SubletError) throw error
    throw new SubletError('provider.unreachable', 'The command could not be run there.', {
      hint: 'Check that the lease is active: `sublet ps`.',
      cause: error,
    })
  } finally {
    if (tty) process.stdin.setRawMode(false)
    process.stdin.off('data', onInput).off('end', onEnd).pause()
    process.stdout.off('resize', onResize)
    socket.close()
  }
}
