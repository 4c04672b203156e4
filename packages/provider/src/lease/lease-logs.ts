import { type LogBlock, type LogSource, logBlockOf, SubletError } from '@sublet/protocol'
import type { Runtime } from '../runtime/runtime.ts'
import type { LeaseRunner } from './lease-runner.ts'
import { createMerge } from './merge.ts'
import type { Sleep } from './patience.ts'

export interface LeaseLogRequest {
  follow: boolean
  tail?: number | undefined
  sinceMs?: number | undefined
  service?: string | undefined
  signal: AbortSignal
}

const lookAgainMs = 150

/** Lines of one replica that came together. */
export interface LogBatch extends LogSource {
  block: LogBlock
}

/**
 * Lines of a lease's services, mixed as they come, many at a time. Following goes on over restarts and takes in services that start
 * later, until the lease ends. Throws `service.not-found`.
 */
export async function* leaseLogs(
  runner: LeaseRunner,
  runtime: Runtime,
  request: LeaseLogRequest,
  sleep: Sleep,
): AsyncGenerator<LogBatch> {
  const { follow, service } = request
  // Whatever ends the reading ends all that wait for more.
  const over = new AbortController()
  const signal = AbortSignal.any([request.signal, over.signal])
  const { services } = runner.record.status
  const names = services.map(({ name }) => name)
  if (service !== undefined && !names.includes(service)) {
    throw new SubletError('service.not-found', `The lease has no service ${service}.`, {
      hint: `Its services are: ${names.join(', ')}.`,
    })
  }
  const replicas = services
    .filter(({ name }) => service === undefined || name === service)
    .reduce((sum, { replicas: some }) => sum + some, 0)
  const begun = new Set<string>()
  let reading = 0
  let replicaEnded: () => void = () => {}
  const merged = createMerge<LogBatch>()
  const outputs = () =>
    runner.outputs().filter((output) => service === undefined || output.service === service)

  async function* ofReplica(name: string, replica: number): AsyncGenerator<LogBatch> {
    let lastMs = request.sinceMs ?? 0
    let first = true
    for (;;) {
      const output = outputs().find((one) => one.service === name && one.replica === replica)
      if (output === undefined) return
      const lines = runtime.logs(output.id, {
        follow,
        ...(first && request.tail !== undefined ? { tail: request.tail } : {}),
        ...(lastMs > 0 ? { sinceMs: lastMs } : {}),
        signal,
      })
      const seenMs = lastMs
      for await (const block of lines) {
        // What an earlier look gave is not given again.
        const fresh = first ? block : logBlockOf([...block].filter(({ atMs }) => atMs > seenMs))
        for (const atMs of fresh.atMs) if (atMs > lastMs) lastMs = atMs
        if (fresh.count > 0) yield { service: name, replica, block: fresh }
      }
      first = false
      if (!follow || signal.aborted || output.over) return
      await sleep(lookAgainMs, signal).catch(() => undefined)
    }
  }

  function takeIn(): void {
    for (const { service: name, replica } of outputs()) {
      const key = `${name}/${replica}`
      if (begun.has(key)) continue
      begun.add(key)
      reading += 1
      merged.add(untilItEnds(ofReplica(name, replica)))
    }
  }

  async function* untilItEnds(lines: AsyncGenerator<LogBatch>): AsyncGenerator<LogBatch> {
    try {
      yield* lines
    } finally {
      reading -= 1
      replicaEnded()
    }
  }

  /** At no cost while everything that can say something is followed: many leases may be, and say nothing. */
  async function untilNextLook(): Promise<void> {
    if (begun.size < replicas || reading === 0) {
      await sleep(lookAgainMs, signal).catch(() => undefined)
      return
    }
    await new Promise<void>((resolve) => {
      replicaEnded = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
      void runner.done.then(resolve)
    })
  }

  takeIn()
  if (follow) {
    // New services are looked for until the lease is over.
    const looking = (async function* (): AsyncGenerator<LogBatch> {
      let ended = false
      void runner.done.then(() => {
        ended = true
      })
      while (!signal.aborted && !ended && runner.record.status.phase !== 'closing') {
        takeIn()
        await untilNextLook()
      }
    })()
    merged.add(looking)
  }
  try {
    yield* merged.items()
  } finally {
    over.abort()
  }
}
