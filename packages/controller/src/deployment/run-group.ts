import { closeStep } from './close-step.ts'
import { followStep } from './follow-step.ts'
import { orderStep, type StepContext } from './order-step.ts'
import { nextAction } from './reconcile.ts'
import { takeUpStep } from './take-up-step.ts'

const longestPauseMs = 30_000

/** Brings one group to what is wanted and keeps it there, until it is over or the controller stops. */
export async function runGroup(context: StepContext): Promise<void> {
  const { live, name, parts } = context
  let troubles = 0
  while (!live.stopping) {
    const { interrupt } = live
    try {
      const action = nextAction(live.state.desired, live.group(name), parts.now())
      switch (action.kind) {
        case 'none':
          return
        case 'order':
          await orderStep(context)
          break
        case 'take-up':
          await takeUpStep(context)
          break
        case 'follow':
          await followStep(context)
          break
        case 'close':
          await closeStep(context)
          break
        case 'end':
          await live.save({
            ...live.group(name),
            stage: 'ended',
            message: 'Closed before anything was rented.',
          })
          break
        case 'wait':
          await parts.wait(action.untilMs - parts.now(), interrupt)
      }
      troubles = 0
    } catch (error) {
      if (live.stopping) return
      if (interrupt.aborted) continue
      // The chain or the database is away: nothing is lost, and everything is tried again.
      troubles += 1
      parts.log.warn(
        { err: error, deployment: live.id, group: name },
        'looking after a group failed; trying again',
      )
      await parts.wait(Math.min(500 * 2 ** troubles, longestPauseMs), live.interrupt).catch(() => {})
    }
  }
}
