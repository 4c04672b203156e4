import type { InstanceSample, LeaseSample } from '@sublet/protocol'

/** Ten minutes at a sample every two seconds. */
export const keptSamples = 300
/** After a longer silence a line is not drawn through. */
const longestGapMs = 10_000

export function addSamples(
  known: readonly LeaseSample[],
  added: readonly LeaseSample[],
): readonly LeaseSample[] {
  const samples = [...known]
  for (const sample of added) if (sample.atMs > (samples.at(-1)?.atMs ?? 0)) samples.push(sample)
  return samples.slice(-keptSamples)
}

export const instanceName = ({ service, replica }: Pick<InstanceSample, 'service' | 'replica'>) =>
  `${service}/${replica}`

/** Null where nothing is known: a line has a gap there. */
export type Values = (number | null)[]

/** Figures over time of one instance or of all together. Speeds are bytes a second. */
export interface UsageSeries {
  atMs: number[]
  cpuMillis: Values
  memoryBytes: Values
  received: Values
  sent: Values
  read: Values
  written: Values
  /** The mean of the GPUs, and their memory together; absent where there are none. */
  gpuPercent?: Values
  gpuMemoryBytes?: Values
  limits: { cpuMillis: number; memoryBytes: number; gpuMemoryBytes: number }
}

type Counter = 'receivedBytes' | 'sentBytes' | 'readBytes' | 'writtenBytes'

/** What lines are drawn from. An empty `chosen` adds all instances up. */
export function usageSeries(samples: readonly LeaseSample[], chosen: string): UsageSeries {
  const picked = samples.map(({ atMs, instances }) => ({
    atMs,
    instances: instances.filter((one) => chosen === '' || instanceName(one) === chosen),
  }))
  const atMs: number[] = []
  const rows: Record<Exclude<keyof UsageSeries, 'atMs' | 'limits'>, Values> = {
    cpuMillis: [],
    memoryBytes: [],
    received: [],
    sent: [],
    read: [],
    written: [],
    gpuPercent: [],
    gpuMemoryBytes: [],
  }
  for (const [index, { atMs: now, instances }] of picked.entries()) {
    const before = picked[index - 1]
    if (before !== undefined && now - before.atMs > longestGapMs) {
      atMs.push(before.atMs + 1)
      for (const values of Object.values(rows)) values.push(null)
    }
    const near = before !== undefined && now - before.atMs <= longestGapMs ? before : undefined
    const speed = (counter: Counter) =>
      near === undefined ? null : speedBetween(near.instances, instances, counter, now - near.atMs)
    const gpus = instances.flatMap((one) => one.gpus)
    atMs.push(now)
    rows.cpuMillis.push(instances.length === 0 ? null : sum(instances, (one) => one.cpuMillis))
    rows.memoryBytes.push(instances.length === 0 ? null : sum(instances, (one) => one.memoryBytes))
    rows.received.push(speed('receivedBytes'))
    rows.sent.push(speed('sentBytes'))
    rows.read.push(speed('readBytes'))
    rows.written.push(speed('writtenBytes'))
    const busy = gpus.flatMap(({ utilisationPercent }) => utilisationPercent ?? [])
    rows.gpuPercent?.push(busy.length === 0 ? null : sum(busy, (one) => one) / busy.length)
    const held = gpus.flatMap(({ memoryUsedBytes }) => memoryUsedBytes ?? [])
    rows.gpuMemoryBytes?.push(held.length === 0 ? null : sum(held, (one) => one))
  }
  const last = picked.at(-1)?.instances ?? []
  const { gpuPercent, gpuMemoryBytes, ...always } = rows
  const hasGpus = picked.some(({ instances }) => instances.some(({ gpus }) => gpus.length > 0))
  return {
    atMs,
    ...always,
    ...(hasGpus ? { gpuPercent, gpuMemoryBytes } : {}),
    limits: {
      cpuMillis: sum(last, (one) => one.cpuLimitMillis),
      memoryBytes: sum(last, (one) => one.memoryLimitBytes),
      gpuMemoryBytes: sum(
        last.flatMap(({ gpus }) => gpus),
        (gpu) => gpu.memoryTotalBytes ?? 0,
      ),
    },
  }
}

/** Counters begin anew with an instance, so what is less than before counts as nothing. */
function speedBetween(
  before: readonly InstanceSample[],
  now: readonly InstanceSample[],
  counter: Counter,
  elapsedMs: number,
): number {
  const moved = sum(now, (one) => {
    const earlier = before.find((other) => instanceName(other) === instanceName(one))
    return earlier === undefined ? 0 : Math.max(0, one[counter] - earlier[counter])
  })
  return (moved * 1000) / elapsedMs
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}
