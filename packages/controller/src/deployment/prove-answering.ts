import type { LeaseStatus } from '@sublet/protocol'
import type { StepContext } from './order-step.ts'

const firstPauseMs = 10
const longestPauseMs = 500
const givenUpAfterMs = 60_000

/** Asks each HTTP endpoint once it is open, until it answers, and writes down when that was. */
export async function proveAnswering(
  { live, name, parts }: StepContext,
  lease: LeaseStatus,
  signal: AbortSignal,
): Promise<void> {
  const urls = lease.endpoints.filter(({ protocol }) => protocol === 'http').map(({ url }) => url)
  if (urls.length === 0 || 'answered' in live.group(name).timings) return
  const untilMs = parts.now() + givenUpAfterMs
  try {
    for (const url of urls) {
      for (
        let pauseMs = firstPauseMs;
        !(await parts.answers(url, signal));
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      ) {
        if (parts.now() > untilMs) return
        await parts.wait(pauseMs, signal)
      }
    }
  } catch (error) {
    if (!signal.aborted) parts.log.warn({ err: error }, 'an endpoint could not be asked')
    return
  }
  const group = live.group(name)
  if (group.lease?.leaseId !== lease.leaseId) return
  live.note({ ...group, timings: { answered: parts.now() - live.state.createdAtMs, ...group.timings } })
}
