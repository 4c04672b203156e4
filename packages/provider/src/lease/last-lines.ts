import type { Runtime } from '../runtime/runtime.ts'

const linesKept = 50
const askMs = 2_000

/** The last lines of each instance, as the tenant shall see them when everything else is gone. */
export async function lastLines(
  runtime: Runtime,
  instances: readonly { id: string; service: string }[],
): Promise<string[]> {
  const each = await Promise.all(
    instances.map(async ({ id, service }) => {
      const lines: string[] = []
      const prefix = instances.length > 1 ? `${service}: ` : ''
      const signal = AbortSignal.timeout(askMs)
      try {
        for await (const some of runtime.logs(id, { follow: false, tail: linesKept, signal })) {
          for (const { text } of some) lines.push(`${prefix}${text}`)
        }
      } catch {
        // What was read is better than nothing.
      }
      return lines
    }),
  )
  return each.flat()
}
