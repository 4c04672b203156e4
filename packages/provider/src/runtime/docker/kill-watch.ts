import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { DockerConnection } from './connect-docker.ts'
import { readKernelLog, readMemoryKillCount, readUptimeMs } from './kernel-log.ts'
import { type MemoryEnd, memoryEndOf, memoryKillsIn } from './memory-kills.ts'

/** How a container's end came about, as far as can be told. */
export interface HowEnded {
  outOfMemory: boolean
  /** Somebody outside ended it; absent where nobody can tell. */
  killed?: boolean
}

/** Tells whether containers' ends were somebody's doing outside of them. */
export interface KillWatch {
  started(id: string): void
  howEnded(id: string, startedAt: string): Promise<HowEnded>
}

/** The end itself comes in the engine's events a moment after it is known; by then it is there or forgotten. */
const eventsDelayMs = 2_000
/** An engine that is only slow answers within this. */
const eventsTimeoutMs = 30_000
/** The kernel's log has a clock of its own. */
const clockSlackMs = 2_000

/**
 * The engine notes each signal that it was asked to send. A container's first process cannot be killed from inside, so
 * one that nobody signalled has exited by itself, unless the kernel took it for want of memory. Whether it did, and whose
 * want that was, the kernel writes down before the process is gone; what the engine says of it may come too late.
 */
export function createKillWatch({
  docker,
  name,
  sharesFiles: sameMachine,
}: Pick<DockerConnection, 'docker' | 'name' | 'sharesFiles'>): KillWatch {
  // Podman says nothing of those that it was asked to stop.
  const notesStops = name === 'docker'
  const memoryKillsAtStart = new Map<string, number>()

  async function signalled(id: string, startedAt: string): Promise<boolean | undefined> {
    const sinceMs = Date.parse(startedAt)
    const events = (await docker.getEvents({
      since: Math.floor(sinceMs / 1000),
      until: Math.ceil((Date.now() + eventsDelayMs) / 1000),
      // All of them: Podman finds no `die`, which it keeps by another name.
      filters: JSON.stringify({ type: ['container'], container: [id] }),
      abortSignal: AbortSignal.timeout(eventsTimeoutMs),
    })) as Readable
    let killed = false
    try {
      for await (const line of createInterface({ input: events })) {
        const { Action, status, timeNano } = JSON.parse(line) as Record<string, string | number>
        if (Number(timeNano) / 1e6 < sinceMs) continue
        const action = Action ?? status
        if (action === 'kill') killed = true
        if (action === 'die') return killed || notesStops ? killed : undefined
      }
      // It has forgotten the end, so it may have forgotten what led to it.
      return undefined
    } finally {
      events.destroy()
    }
  }

  function memoryEnd(id: string, startedAt: string, killsBefore: number | undefined): MemoryEnd {
    if (!sameMachine || readMemoryKillCount() === killsBefore) return 'none'
    const records = readKernelLog()
    // Some process of the machine was taken for its memory; it may have been this one.
    if (records === undefined) return killsBefore === undefined ? 'none' : 'unknown'
    const ranMs = Date.now() - Date.parse(startedAt)
    return memoryEndOf(id, memoryKillsIn(records, readUptimeMs() - ranMs - clockSlackMs))
  }

  return {
    started(id) {
      const kills = sameMachine ? readMemoryKillCount() : undefined
      if (kills !== undefined) memoryKillsAtStart.set(id, kills)
    },
    async howEnded(id, startedAt) {
      const before = memoryKillsAtStart.get(id)
      memoryKillsAtStart.delete(id)
      const killed = await signalled(id, startedAt).catch(() => undefined)
      if (killed === true) return { outOfMemory: false, killed }
      const memory = memoryEnd(id, startedAt, before)
      if (memory === 'own-limit') return { outOfMemory: true }
      if (memory === 'outside') return { outOfMemory: false, killed: true }
      if (memory === 'unknown' || killed === undefined) return { outOfMemory: false }
      return { outOfMemory: false, killed }
    },
  }
}
