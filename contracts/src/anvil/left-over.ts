import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** The command line of a process, or undefined where it has ended or this system does not say. */
async function commandLineOf(pid: number): Promise<string[] | undefined> {
  try {
    // A process that has ended but was not collected yet has an empty one.
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    return text === '' ? undefined : text.split('\0')
  } catch {
    return undefined
  }
}

/** Whether a process is an anvil that dumps its state into this file. */
export async function dumpsInto(pid: number, dumpPath: string): Promise<boolean> {
  const commandLine = await commandLineOf(pid)
  return commandLine !== undefined && isAnvilDumpingInto(commandLine, dumpPath)
}

export function isAnvilDumpingInto(commandLine: readonly string[], dumpPath: string): boolean {
  return commandLine.some(
    (argument, index) => argument === '--dump-state' && commandLine[index + 1] === dumpPath,
  )
}

/** Ends every anvil that dumps its state into this file: two of them would overwrite each other's chain. */
export async function endAnvilsDumpingInto(dumpPath: string): Promise<void> {
  const processes = await readdir('/proc').catch(() => [])
  const found: number[] = []
  for (const pid of processes.map(Number).filter(Number.isInteger)) {
    if (await dumpsInto(pid, dumpPath)) found.push(pid)
  }
  for (const pid of found) endNow(pid)
  const deadline = Date.now() + 5_000
  for (const pid of found) {
    while ((await dumpsInto(pid, dumpPath)) && Date.now() < deadline) await delay(10)
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself in between.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
