import { setTimeout as delay } from 'node:timers/promises'
import type { Sleep } from './lease/patience.ts'

/** Longer waits than timers can count are cut in pieces by whoever waits. */
const longestTimerMs = 2 ** 31 - 1

/** The real clock's waiting. A signal that never aborts is not kept alive by it. */
export const sleep: Sleep = async (ms, signal) => {
  await delay(Math.min(Math.max(0, ms), longestTimerMs), undefined, signal === undefined ? {} : { signal })
}
