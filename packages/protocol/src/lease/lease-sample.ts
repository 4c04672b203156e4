import { z } from 'zod'

export const gpuSampleSchema = z.strictObject({
  id: z.string(),
  /** Share of the time in which it worked, 0 to 100. */
  utilisationPercent: z.int().optional(),
  memoryUsedBytes: z.int().optional(),
  memoryTotalBytes: z.int().optional(),
  powerMilliwatts: z.int().optional(),
  temperatureCelsius: z.int().optional(),
})
export type GpuSample = z.output<typeof gpuSampleSchema>

export const instanceSampleSchema = z.strictObject({
  service: z.string(),
  replica: z.int(),
  /** Thousandths of a core in use since the sample before. */
  cpuMillis: z.int(),
  cpuLimitMillis: z.int(),
  memoryBytes: z.int(),
  memoryLimitBytes: z.int(),
  /** Processes and threads; absent where the runtime does not count them. */
  processes: z.int().optional(),
  /** Since the start of the instance. */
  receivedBytes: z.int(),
  sentBytes: z.int(),
  readBytes: z.int(),
  writtenBytes: z.int(),
  gpus: z.array(gpuSampleSchema),
})
export type InstanceSample = z.output<typeof instanceSampleSchema>

/** What a lease's instances use at one moment. Newline-delimited JSON on the wire. */
export const leaseSampleSchema = z.strictObject({
  /** Milliseconds since 1970. */
  atMs: z.int(),
  instances: z.array(instanceSampleSchema),
})
export type LeaseSample = z.output<typeof leaseSampleSchema>
