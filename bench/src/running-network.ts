import { readFile } from 'node:fs/promises'
import { freeBasePort, startUp, type UpProcess } from '@sublet/testing/sublet-process'

export interface RunningNetwork {
  report: UpProcess['report']
  /** From the start of the process to its report, which comes once the first URL is there. */
  startedInMs: number
  /** Resident memory of the one process, bytes. */
  residentBytes(): Promise<number>
  /** Processor time that the one process has used so far, in milliseconds. */
  processorMs(): Promise<number>
  stop(): Promise<number>
}

/** The kernel counts a process's time in hundredths of a second. */
const msPerTick = 10

/** Runs `sublet up` with the first workload as a person would, in a process of its own. */
export async function runNetwork(dataDir: string): Promise<RunningNetwork> {
  const port = await freeBasePort()
  const startedAt = performance.now()
  const { pid, report, stop } = await startUp({ dataDir, port, args: ['--deploy', 'examples/hello.yaml'] })
  return {
    report,
    startedInMs: performance.now() - startedAt,
    async residentBytes() {
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
    },
    async processorMs() {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
      // After the name in brackets: user and system time are the 12th and 13th (proc(5)).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(fields[11]) + Number(fields[12])) * msPerTick
    },
    stop,
  }
}
