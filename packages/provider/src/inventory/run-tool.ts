import { type ChildProcess, spawn } from 'node:child_process'

export interface ToolRequest {
  program: string
  args: readonly string[]
  /** Goes to the program's input; without it there is none. */
  input?: string
  timeoutMs: number
  /** More output than this is an answer that nobody asked for; the program is ended. */
  maxOutputBytes?: number
}

export type ToolAnswer =
  | { outcome: 'done'; stdout: string; stderr: string }
  /** No such program here. */
  | { outcome: 'absent' }
  | { outcome: 'failed'; message: string; stdout: string }
  /** Did not end in time, or an earlier call of it has still not ended. */
  | { outcome: 'silent'; message: string }

export type RunTool = (request: ToolRequest) => Promise<ToolAnswer>

const defaultMaxOutputBytes = 4 * 1024 * 1024

/**
 * Runs a vendor's tool so that it can never hold up who asks: a program that waits for a hung driver cannot even be
 * killed, so after the time limit it is left behind, and it is not started again until it has ended.
 */
export function createToolRunner(): RunTool {
  const leftBehind = new Map<string, ChildProcess>()

  return ({ program, args, input, timeoutMs, maxOutputBytes = defaultMaxOutputBytes }) =>
    new Promise((resolve) => {
      const name = [program, ...args].join(' ')
      if (leftBehind.has(name)) {
        resolve({ outcome: 'silent', message: `An earlier \`${name}\` still hangs.` })
        return
      }
      const child = spawn(program, args, { stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
      const stdout: Buffer[] = []
      const stderr: Buffer[] = []
      let bytes = 0
      const gather = (into: Buffer[]) => (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes <= maxOutputBytes) into.push(chunk)
        else end({ outcome: 'failed', message: `\`${name}\` gave no end of output.`, stdout: '' })
      }
      const timer = setTimeout(
        () => end({ outcome: 'silent', message: `\`${name}\` did not answer within ${timeoutMs / 1000} s.` }),
        timeoutMs,
      )
      const textOf = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8')

      function end(answer: ToolAnswer): void {
        clearTimeout(timer)
        resolve(answer)
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
        leftBehind.set(name, child)
        child.once('exit', () => leftBehind.delete(name))
        child.kill('SIGKILL')
        child.unref()
        child.stdout?.destroy()
        child.stderr?.destroy()
      }

      child.stdout?.on('data', gather(stdout))
      child.stderr?.on('data', gather(stderr))
      // Who does not read its input to the end may still answer well.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input)
      child.once('error', (error: NodeJS.ErrnoException) =>
        end(
          error.code === 'ENOENT'
            ? { outcome: 'absent' }
            : { outcome: 'failed', message: error.message, stdout: '' },
        ),
      )
      child.once('close', (code, signal) => {
        if (code === 0) return end({ outcome: 'done', stdout: textOf(stdout), stderr: textOf(stderr) })
        const said = (textOf(stderr).trim() || textOf(stdout).trim()).split('\n')[0]
        const how = signal === null ? `exited with ${code}` : `was ended by ${signal}`
        end({
          outcome: 'failed',
          message: said === undefined || said === '' ? `\`${name}\` ${how}.` : said,
          stdout: textOf(stdout),
        })
      })
    })
}
