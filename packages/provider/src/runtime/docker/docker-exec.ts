import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type Docker from 'dockerode'
import type { ExecRequest, ExecSession } from '../runtime.ts'
import { engineError, statusOf, withEngine } from './docker-error.ts'
import { outputFrames } from './output-frames.ts'

/** Runs a command in a running container, with or without a terminal. */
export async function execInContainer(
  container: Docker.Container,
  { command, tty, columns, rows }: ExecRequest,
): Promise<ExecSession> {
  const exec = await withEngine('run the command', () =>
    container.exec({
      Cmd: [...command],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
      ...(tty ? { Env: ['TERM=xterm-256color'] } : {}),
    }),
  )
  const socket = await withEngine('run the command', () =>
    exec.start({ hijack: true, stdin: true, Tty: tty }),
  )
  if (tty && columns !== undefined && rows !== undefined) {
    await resized(exec, columns, rows).catch(() => undefined)
  }
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const through = tty ? pipeline(socket as unknown as Readable, stdout) : split(socket, stdout, stderr)
  const ended = through.catch(() => undefined)
  if (tty) void ended.then(() => stderr.end())
  return {
    stdin: socket,
    stdout,
    stderr,
    resize: async (width, height) => {
      await withEngine('resize the terminal', () => resized(exec, width, height))
    },
    exitCode: ended.then(() => exitCodeOf(exec)),
    close: () => (socket as unknown as Readable).destroy(),
  }
}

/** Podman answers that something was created, which the client takes for a failure. */
async function resized(exec: Docker.Exec, columns: number, rows: number): Promise<void> {
  await exec.resize({ w: columns, h: rows }).catch((error: unknown) => {
    if (statusOf(error) !== created) throw error
  })
}

const created = 201

async function split(socket: NodeJS.ReadableStream, stdout: PassThrough, stderr: PassThrough): Promise<void> {
  try {
    for await (const frames of outputFrames(Readable.from(socket) as AsyncIterable<Buffer>)) {
      for (const { stream, bytes } of frames) {
        const target = stream === 'stdout' ? stdout : stderr
        if (!target.write(bytes)) await new Promise((resolve) => target.once('drain', resolve))
      }
    }
  } finally {
    stdout.end()
    stderr.end()
  }
}

const askAgainAfterMs = 20

/** The engine closes the stream a moment before it knows the exit code. */
async function exitCodeOf(exec: Docker.Exec): Promise<number> {
  for (let tries = 0; tries < 500; tries += 1) {
    try {
      const { Running, ExitCode } = await exec.inspect()
      if (!Running && ExitCode !== null) return ExitCode
    } catch (error) {
      throw engineError(error, 'tell how the command ended')
    }
    await new Promise((resolve) => setTimeout(resolve, askAgainAfterMs))
  }
  // The stream was closed by the reader and the command runs on.
  return -1
}
