import { amountSchema, type Order, orderSchema } from '@sublet/protocol'
import { z } from 'zod'
import type { RunTool } from '../inventory/run-tool.ts'
import type { ProgramAnswer } from './order-rate.ts'

/** What a pricing program is told, as JSON on its standard input. Amounts are token base units as decimal strings. */
export interface ProgramQuestion {
  order: Order
  /** The model that would serve each unit, in the units' order; null where a unit has no GPU. */
  gpuModels: readonly (string | undefined)[]
  /** What the list and the rules give. The answer may be lower, never higher. */
  ratePerHour: bigint
  /** A lower answer is raised to this. */
  floorRatePerHour: bigint
  nowMs: number
}

/** What it may answer, as one JSON value on its standard output. */
const answerSchema = z.union([
  z.strictObject({ ratePerHour: z.union([amountSchema, z.int().nonnegative().transform(BigInt)]) }),
  z.strictObject({ decline: z.string().min(1).max(500) }),
])

/** Its answer, or what is wrong with it. */
export function readProgramAnswer(output: string): ProgramAnswer | { problem: string } {
  let value: unknown
  try {
    value = JSON.parse(output)
  } catch {
    return { problem: 'its output is not JSON' }
  }
  const parsed = answerSchema.safeParse(value)
  return parsed.success
    ? parsed.data
    : { problem: 'its output is neither {"ratePerHour": "…"} nor {"decline": "…"}' }
}

const maxOutputBytes = 64 * 1024
const mostAtOnce = 8

/** Asks the owner's program what an order should pay. Answers a problem, never throws and never waits longer than told. */
export function createPricingProgram(parts: {
  program: string
  timeoutMs: number
  run: RunTool
}): (question: ProgramQuestion) => Promise<ProgramAnswer | { problem: string }> {
  const { program, timeoutMs, run } = parts
  let running = 0
  return async (question) => {
    if (running >= mostAtOnce) return { problem: `${mostAtOnce} calls of it are under way` }
    running += 1
    const input = JSON.stringify({
      order: orderSchema.encode(question.order),
      gpuModels: question.gpuModels.map((model) => model ?? null),
      ratePerHour: question.ratePerHour.toString(),
      floorRatePerHour: question.floorRatePerHour.toString(),
      nowMs: question.nowMs,
    })
    const answer = await run({ program, args: [], input, timeoutMs, maxOutputBytes }).finally(() => {
      running -= 1
    })
    if (answer.outcome === 'done') return readProgramAnswer(answer.stdout)
    return { problem: answer.outcome === 'absent' ? 'there is no such program' : answer.message }
  }
}
