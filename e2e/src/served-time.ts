import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Hex } from '@sublet/protocol'
import type { OwnEngine } from './own-engine.ts'

/** One run of a container, milliseconds since 1970; without an end while it lasts. */
export interface Run {
  startedAtMs: number
  endedAtMs?: number
}

/** What containerd says of a container's own process. */
export interface TaskEvent {
  kind: 'start' | 'exit'
  container: string
  atMs: number
}

/**
 * Watches from outside how long the containers of each lease really ran: by containerd, which starts each process, sees
 * its end from the kernel, and outlives provider and engine. It keeps what it has to say until it is read, so no run is
 * too short to be seen, however busy the machine.
 */
export interface ServedTime extends AsyncDisposable {
  /** Milliseconds between two instants in which a container of each of these services ran. */
  between(leaseId: Hex, services: readonly string[], fromMs: number, toMs: number): number
  runs(leaseId: Hex, service: string): readonly Run[]
  /** Containers that were gone before it was seen whose they are. */
  strangers(): readonly string[]
}

/** Reads a line of `ctr events`: `DATE TIME +0000 UTC NAMESPACE TOPIC JSON`. Ends of commands beside the process count not. */
export function taskEventIn(line: string): TaskEvent | undefined {
  const [, stamp = '', topic, json = '{}'] =
    /^(\S+ \S+) \+0000 UTC \S+ \/tasks\/(start|exit) (\{.*\})$/.exec(line) ?? []
  if (topic === undefined) return undefined
  const {
    container_id: container = '',
    id = container,
    exited_at,
  } = JSON.parse(json) as Record<string, string>
  if (topic === 'start') return { kind: 'start', container, atMs: Date.parse(`${stamp.replace(' ', 'T')}Z`) }
  return id === container ? { kind: 'exit', container, atMs: Date.parse(exited_at ?? '') } : undefined
}

/** Milliseconds of a span in which each of several had a run. */
export function togetherMs(all: readonly (readonly Run[])[], fromMs: number, toMs: number): number {
  const clipped = all.map((runs) =>
    runs.map(({ startedAtMs, endedAtMs = toMs }) => ({
      fromMs: Math.max(startedAtMs, fromMs),
      toMs: Math.min(endedAtMs, toMs),
    })),
  )
  const edges = [...new Set(clipped.flat().flatMap((span) => [span.fromMs, span.toMs]))].sort((a, b) => a - b)
  return edges.slice(1).reduce((sum, edge, index) => {
    const since = edges[index] ?? edge
    const isServed = clipped.every((spans) => spans.some((span) => span.fromMs <= since && edge <= span.toMs))
    return sum + (isServed ? edge - since : 0)
  }, 0)
}

export async function watchServedTime(engine: OwnEngine): Promise<ServedTime> {
  const owners = new Map<string, string | undefined>()
  const runs = new Map<string, (Run & { container: string })[]>()
  const strangers: string[] = []
  const keyOf = (leaseId: string, service: string) => `${leaseId} ${service}`

  function ownerOf(container: string): string | undefined {
    if (owners.has(container)) return owners.get(container)
    const labels = engine.labelsOf(container)
    if (labels === undefined) strangers.push(container)
    const leaseId = labels?.['sublet.lease']
    const owner = leaseId === undefined ? undefined : keyOf(leaseId, labels?.['sublet.service'] ?? '')
    owners.set(container, owner)
    return owner
  }

  const watcher = spawn('ctr', ['--address', engine.containerdSocket, 'events'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const reading = (async () => {
    for await (const line of createInterface({ input: watcher.stdout })) {
      const event = taskEventIn(line)
      const owner = event === undefined ? undefined : ownerOf(event.container)
      if (event === undefined || owner === undefined) continue
      const known = runs.get(owner) ?? []
      const { kind, container, atMs } = event
      if (kind === 'start') runs.set(owner, [...known, { container, startedAtMs: atMs }])
      else {
        const last = known.findLast((run) => run.container === container)
        if (last !== undefined) last.endedAtMs = atMs
      }
    }
  })()

  const runsOf = (leaseId: Hex, service: string) => runs.get(keyOf(leaseId, service)) ?? []
  return {
    between: (leaseId, services, fromMs, toMs) =>
      togetherMs(
        services.map((service) => runsOf(leaseId, service)),
        fromMs,
        Math.min(toMs, Date.now()),
      ),
    runs: runsOf,
    strangers: () => strangers,
    async [Symbol.asyncDispose]() {
      await ended(watcher)
      await reading
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
