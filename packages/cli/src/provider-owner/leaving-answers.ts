import { SubletError } from '@sublet/protocol'
import type { RunningProvider } from '@sublet/provider'
import { z } from 'zod'

const drainSchema = z.strictObject({ byMs: z.int().optional(), reason: z.string().optional() })
const windowSchema = z.strictObject({ fromMs: z.int(), untilMs: z.int(), reason: z.string() })
const removeSchema = z.strictObject({ id: z.string() })

/** What a running provider answers its owner about leaving. */
export function leavingAnswers(
  leaving: RunningProvider['leaving'],
): Record<string, (body: unknown) => Promise<unknown>> {
  return {
    'POST /drain': async (body) => {
      await leaving.drain(parsed(drainSchema, body))
      return leaving.plan()
    },
    'POST /drain/cancel': async () => {
      await leaving.cancelDrain()
      return leaving.plan()
    },
    'GET /maintenance': async () => leaving.plan(),
    'POST /maintenance': async (body) => leaving.addWindow(parsed(windowSchema, body)),
    'POST /maintenance/remove': async (body) => {
      await leaving.removeWindow(parsed(removeSchema, body).id)
      return leaving.plan()
    },
  }
}

function parsed<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw new SubletError('request.invalid', 'The provider does not understand this request.', {
    hint: 'Use the same version of `sublet` as the running provider.',
    cause: result.error,
  })
}
