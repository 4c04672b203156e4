import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface GroupUsage {
  cpuMs: number
  memoryBytes: number
  processes: number
}

/** Linux counts processor time in hundredths of a second and memory in pages. */
const tickMs = 10
const pageBytes = 4096

/** What all processes of a group use together; zeros when none is left. */
export async function usageOfGroup(group: number, platform: NodeJS.Platform): Promise<GroupUsage> {
  return platform === 'linux' ? await fromProc(group) : await fromPs(group)
}

async function fromProc(group: number): Promise<GroupUsage> {
  const sum = { cpuMs: 0, memoryBytes: 0, processes: 0 }
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[2]) !== group) continue
    sum.processes += 1
    sum.cpuMs += (Number(fields[11]) + Number(fields[12])) * tickMs
    sum.memoryBytes += Number(fields[21]) * pageBytes
  }
  return sum
}

async function fromPs(group: number): Promise<GroupUsage> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,rss=,time='])
  return groupUsageIn(stdout, group)
}

/** Reads `ps -A -o pgid=,rss=,time=`: kibibytes, and `[[days-]hours:]minutes:seconds[.hundredths]`. */
export function groupUsageIn(output: string, group: number): GroupUsage {
  const sum = { cpuMs: 0, memoryBytes: 0, processes: 0 }
  for (const line of output.split('\n')) {
    const [pgid, rss, time = ''] = line.trim().split(/\s+/)
    if (Number(pgid) !== group) continue
    sum.processes += 1
    const [days, clock] = time.includes('-') ? time.split('-') : ['0', time]
    const seconds = (clock ?? '').split(':').reduce((total, part) => total * 60 + Number(part), 0)
    sum.cpuMs += Math.round((Number(days) * 86_400 + seconds) * 1000)
    sum.memoryBytes += Number(rss) * 1024
  }
  return sum
}
