import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs'

/** Larger than any record. */
const recordBytes = 16 * 1024

/** All records that the kernel's log holds; undefined where this process may not read it, or there is none. */
export function readKernelLog(): string[] | undefined {
  let log: number
  try {
    log = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
  const records: string[] = []
  const buffer = Buffer.alloc(recordBytes)
  try {
    for (;;) {
      try {
        records.push(buffer.toString('utf8', 0, readSync(log, buffer)))
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if (code === 'EAGAIN') return records
        // EPIPE: what would have come next was overwritten meanwhile.
        if (code !== 'EPIPE') return undefined
      }
    }
  } finally {
    closeSync(log)
  }
}

/** How many processes the kernel has taken for want of memory since the machine started. */
export function readMemoryKillCount(): number | undefined {
  const found = /^oom_kill (\d+)$/m.exec(readText('/proc/vmstat'))?.[1]
  return found === undefined ? undefined : Number(found)
}

/** Milliseconds since the machine started. */
export function readUptimeMs(): number {
  return Number(/^\S+/.exec(readText('/proc/uptime'))?.[0] ?? Number.NaN) * 1000
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
