import { ageWords, dollars, instantWords } from '@sublet/protocol'
import type { ChainLease } from '@sublet/sdk'
import type { NotedEvent } from './lease-timeline.ts'

type Money = Pick<ChainLease, 'toppedUp' | 'drawn' | 'creditSeconds' | 'noticeEndsAt'>

/** What happened to a lease's money between two looks at the chain. */
export function moneyEvents(before: Money | undefined, after: Money): NotedEvent[] {
  if (before === undefined) return []
  const events: NotedEvent[] = []
  if (after.toppedUp > before.toppedUp) {
    const added = after.toppedUp - before.toppedUp
    events.push({ reason: 'topped-up', message: `The tenant added ${dollars(added)}.` })
  }
  if (after.drawn > before.drawn) {
    const drawn = after.drawn - before.drawn
    events.push({ reason: 'paid', message: `The provider drew ${dollars(drawn)}.` })
  }
  if (after.creditSeconds > before.creditSeconds) {
    const unserved = after.creditSeconds - before.creditSeconds
    events.push({
      reason: 'credited',
      message: `${ageWords(unserved * 1000)} that were not served are not paid.`,
    })
  }
  if (after.noticeEndsAt > 0 && before.noticeEndsAt === 0) {
    const until = instantWords(after.noticeEndsAt * 1000)
    events.push({ reason: 'notice-given', message: `The provider gave notice; it serves until ${until}.` })
  }
  return events
}
