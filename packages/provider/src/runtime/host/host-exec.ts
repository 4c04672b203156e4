import { spawn } from 'node:child_process'
import { PassThrough, Writable } from 'node:stream'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { SubletError } from '@sublet/protocol'
import type { ExecRequest, ExecSession } from '../runtime.ts'

interface Surroundings {
  env: Record<string, string>
  workingDir: string
}

/** A command beside the instance's process: same folder, same environment. */
export async function execOnHost(request: ExecRequest, surroundings: Surroundings): Promise<ExecSession> {
  const [program] = request.command
  if (program === undefined) throw new SubletError('request.invalid', 'There is no command to run.')
  return request.tty
    ? withTerminal(program, request, surroundings)
    : withPipes(program, request, surroundings)
}

function withTerminal(program: string, request: ExecRequest, { env, workingDir }: Surroundings): ExecSession {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  stderr.end()
  const terminal = spawnTerminal(program, request.command.slice(1), {
    name: 'xterm-256color',
    cols: request.columns ?? 80,
    rows: request.rows ?? 24,
    cwd: workingDir,
    env: { ...env, TERM: 'xterm-256color' },
  })
  terminal.onData((text) => {
    if (stdout.write(text)) return
    terminal.pause()
    stdout.once('drain', () => terminal.resume())
  })
  const exitCode = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode: code, signal }) => {
      stdout.end()
      resolve(signal ? 128 + signal : code)
    })
  })
  return {
    stdin: new Writable({
      write(chunk, _encoding, done) {
        terminal.write(String(chunk))
        done()
      },
    }),
    stdout,
    stderr,
    resize: async (columns, rows) => terminal.resize(columns, rows),
    exitCode,
    close: () => terminal.kill('SIGHUP'),
  }
}

function withPipes(program: string, request: ExecRequest, { env, workingDir }: Surroundings): ExecSession {
  const child = spawn(program, request.command.slice(1), { cwd: workingDir, env, detached: true })
  const exitCode = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127))
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)))
  })
  // Whoever writes after the end gets nothing; it must not bring the provider down.
  child.stdin.on('error', () => undefined)
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    resize: async () => undefined,
    exitCode,
    close: () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGHUP')
      } catch {
        // It has ended already.
      }
    },
  }
}
