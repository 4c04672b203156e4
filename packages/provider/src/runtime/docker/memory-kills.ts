/** What the kernel wrote of one process that it took for want of memory. */
export interface MemoryKill {
  /** Milliseconds since the machine started. */
  atMs: number
  /** Control group of the process. */
  victim: string
  /** Control group whose limit was reached; undefined where the machine itself had no more. */
  limit: string | undefined
}

/**
 * How a container's processes fared: taken because of its own limit, because of somebody else's or the machine's, not
 * taken at all, or nobody can tell.
 */
export type MemoryEnd = 'own-limit' | 'outside' | 'none' | 'unknown'

export interface KernelWords {
  kills: MemoryKill[]
  /** Processes taken of which only that was written: the kernel says no more of many that come at once. */
  unexplained: number
}

/** Reads records of `/dev/kmsg`: `level,sequence,microseconds,flags;text`. */
export function memoryKillsIn(records: readonly string[], sinceMs: number): KernelWords {
  const kills: MemoryKill[] = []
  let taken = 0
  for (const record of records) {
    const [, micros, text = ''] = /^\d+,\d+,(\d+),[^;]*;(.*)/.exec(record) ?? []
    const atMs = Number(micros) / 1000
    if (!(atMs >= sinceMs)) continue
    if (/Killed process \d+ /.test(text)) taken += 1
    const victim = /^oom-kill:.*\btask_memcg=([^,]*)/.exec(text)?.[1]
    if (victim === undefined) continue
    kills.push({ atMs, victim, limit: /\boom_memcg=([^,]*)/.exec(text)?.[1] })
  }
  return { kills, unexplained: Math.max(0, taken - kills.length) }
}

/** Engines put a container's id into the name of its control group. */
export function memoryEndOf(id: string, { kills, unexplained }: KernelWords): MemoryEnd {
  const own = kills.filter(({ victim }) => victim.includes(id))
  if (own.some(({ limit }) => limit === undefined || !limit.includes(id))) return 'outside'
  if (own.length > 0) return 'own-limit'
  return unexplained > 0 ? 'unknown' : 'none'
}
