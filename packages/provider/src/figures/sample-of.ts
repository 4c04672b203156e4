import type { GpuSample, InstanceSample, Service } from '@sublet/protocol'
import type { InstanceUsage } from '../runtime/runtime.ts'

/** What was measured of one instance at one moment. */
export interface Measured {
  /** Milliseconds since 1970. */
  atMs: number
  usage: InstanceUsage
}

/** A sample from two measurings of the same instance; what it used counts between them. */
export function sampleOf(
  { name, resources }: Pick<Service, 'name' | 'resources'>,
  replica: number,
  measured: { before: Measured | undefined; after: Measured },
  gpus: readonly GpuSample[],
): InstanceSample {
  const { before, after } = measured
  const elapsedMs = before === undefined ? 0 : after.atMs - before.atMs
  // A restart in between begins to count anew.
  const usedMs = before === undefined ? 0 : Math.max(0, after.usage.cpuMs - before.usage.cpuMs)
  const { processes, ...usage } = after.usage
  return {
    service: name,
    replica,
    cpuMillis: elapsedMs <= 0 ? 0 : Math.round((usedMs * 1000) / elapsedMs),
    cpuLimitMillis: resources.cpuMillis,
    memoryBytes: usage.memoryBytes,
    memoryLimitBytes: resources.memoryBytes,
    ...(processes === undefined ? {} : { processes }),
    receivedBytes: usage.receivedBytes,
    sentBytes: usage.sentBytes,
    readBytes: usage.readBytes,
    writtenBytes: usage.writtenBytes,
    gpus: [...gpus],
  }
}
