import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addressSchema, bytes32Schema } from '@sublet/protocol'
import { z } from 'zod'
import { processStart } from './process-start.mjs'

/** What lies on the disk about one process: enough to find it again, nothing of its environment. */
const recordSchema = z.strictObject({
  owner: z.strictObject({
    network: z.string(),
    provider: addressSchema,
    leaseId: bytes32Schema,
    service: z.string(),
    replica: z.int(),
  }),
  image: z.string(),
  /** Port that the workload's file names, to the loopback port that the process was given. */
  ports: z.record(z.string(), z.int()),
  createdAtMs: z.number(),
})
export type InstanceRecord = z.output<typeof recordSchema>

const stateSchema = z.object({
  pid: z.int(),
  pidStart: z.string().optional(),
  supervisorPid: z.int(),
  supervisorStart: z.string().optional(),
  startedAtMs: z.number(),
})
export type ProcessState = z.output<typeof stateSchema>

const exitSchema = z.object({
  exitCode: z.int(),
  finishedAtMs: z.number(),
  /** A signal ended it. Whose, the kernel does not say. */
  signalled: z.boolean().optional(),
})
export type ProcessExit = z.output<typeof exitSchema>

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  const parsed = schema.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : undefined
}

export async function writeRecord(folder: string, record: InstanceRecord): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `record.${randomUUID()}`)
  await writeFile(temporary, JSON.stringify(record), { mode: 0o600 })
  await rename(temporary, join(folder, 'record.json'))
}

export const readRecord = (folder: string) => readJson(join(folder, 'record.json'), recordSchema)
export const readState = (folder: string) => readJson(join(folder, 'state.json'), stateSchema)
export const readExit = (folder: string) => readJson(join(folder, 'exit.json'), exitSchema)

/** Forgets an earlier run, so that a new one's files can't be taken for it. */
export async function clearRun(folder: string): Promise<void> {
  await rm(join(folder, 'state.json'), { force: true })
  await rm(join(folder, 'exit.json'), { force: true })
}

/** Whether the very process still runs, not a later one with its number. */
export function isAlive(state: ProcessState): boolean {
  const start = processStart(state.pid)
  return start !== undefined && start === state.pidStart
}

export function supervisorIsAlive(state: ProcessState): boolean {
  const start = processStart(state.supervisorPid)
  return start !== undefined && start === state.supervisorStart
}

/** Signals the process and all that it started. False when nobody was left. */
export function signalGroup(state: ProcessState, signal: NodeJS.Signals): boolean {
  const start = processStart(state.pid)
  // The number went to a stranger; its group is the stranger's too.
  if (start !== undefined && start !== state.pidStart) return false
  try {
    process.kill(-state.pid, signal)
    return true
  } catch {
    return false
  }
}
