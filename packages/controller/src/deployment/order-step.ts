import { depositFor, isSubletError, leaseIdOf, SubletError, type Workload } from '@sublet/protocol'
import { depositSecondsFor, maxRateOf, type RentEvent, randomSalt, rent } from '@sublet/sdk'
import { afterFailure, storedProblem, withFailedProvider } from './after-failure.ts'
import type { LiveDeployment } from './live-deployment.ts'
import { noteStatus } from './note-status.ts'
import type { DeploymentParts } from './parts.ts'
import type { GroupState } from './state.ts'

export interface StepContext {
  live: LiveDeployment
  name: string
  parts: DeploymentParts
  /** Milliseconds since 1970 until which nothing is given up. */
  patientUntilMs: number
}

/** Once it ran, waiting for a person would only mean a longer outage. */
function workloadFor(workload: Workload, group: GroupState): Workload {
  return group.everRan && workload.policy.choose === 'person'
    ? { ...workload, policy: { ...workload.policy, choose: 'balanced' } }
    : workload
}

/** Orders, chooses, and follows the start, journalling each step before it is taken. */
export async function orderStep(context: StepContext): Promise<void> {
  const { live, name, parts } = context
  const { account, chain, settings, now } = parts
  const { interrupt } = live
  const before = live.group(name)
  const workload = workloadFor(live.content.workload, before)
  const group = workload.groups.find((one) => one.name === name)
  if (group === undefined) throw new RangeError(`the workload has no group ${name}`)
  const maxRatePerHour = live.content.maxRatePerHour ?? maxRateOf(group, chain.tokenDecimals)
  const salt = before.salt ?? randomSalt(parts.random)
  const leaseId = leaseIdOf(account.address, salt)

  const { retryAtMs: _, ...rest } = before
  const salted = live.save({
    ...rest,
    stage: 'ordering',
    salt,
    leaseId,
    bids: [],
    excluded: [],
    message: 'Looking for a provider.',
  })
  // The chain is asked what the escrow holds while the salt is written down.
  const seconds = depositSecondsFor(workload, settings.depositSeconds)
  // A voucher channel is funded when its provider is known.
  const needed = live.content.payment === 'voucher' ? 0n : depositFor(maxRatePerHour, seconds)
  const promised = parts.funding.promise(leaseId, needed)
  promised.catch(() => {})
  const released = () => parts.funding.release(leaseId)
  try {
    await salted
  } catch (error) {
    promised.then(released, released)
    throw error
  }
  try {
    const { deposited } = await promised
    const renting = rent({
      workload,
      group,
      account,
      chain,
      indexers: parts.indexers,
      openProvider: parts.openProvider,
      deployment: live.state.name,
      secrets: live.content.secrets,
      maxRatePerHour,
      vouchers: live.content.payment === 'voucher' ? parts.vouchers : undefined,
      depositSeconds: settings.depositSeconds,
      startWithinSeconds: settings.startWithinSeconds,
      exclude: before.failedProviders,
      salt,
      pick: (signal) => parts.pickOf(live.id, name, signal),
      signal: interrupt,
      now,
      random: parts.random,
      wait: parts.wait,
    })
    let step = await renting.next()
    while (step.done !== true) {
      // The deposit travels while bids are asked for; nothing is offered before it has arrived.
      if (step.value.type === 'offering') await deposited
      await takeDown(context, step.value, interrupt)
      step = await renting.next()
    }
    await live.save({ ...live.group(name), stage: 'following', everRan: true, failures: 0 })
  } catch (error) {
    if (interrupt.aborted) return
    await giveUp(context, error)
  } finally {
    released()
  }
}

async function giveUp({ live, name, parts, patientUntilMs }: StepContext, error: unknown): Promise<void> {
  const group = live.group(name)
  if (isSubletError(error, 'bid.expired')) {
    // Nobody picked in time: fresh bids come for the same order.
    await live.save({ ...group, stage: 'ordering', message: 'The bids expired; asking for new ones.' })
    return
  }
  if (!isSubletError(error))
    parts.log.error({ err: error, deployment: live.id, group: name }, 'ordering failed')
  const known = isSubletError(error)
    ? error
    : new SubletError('internal', 'The order failed for a reason that was not foreseen.', {
        hint: "The controller's log says more.",
        cause: error,
      })
  const next = afterFailure(group, known, { nowMs: parts.now(), patientUntilMs })
  await live.save(next)
  // All groups start or none: the others are closed again.
  if (next.stage === 'failed' && !group.everRan) await live.wantClosed(storedProblem(known))
}

/**
 * A lease that takes another's place gets its volumes first. Nothing is bound yet; where it took longer than the bid stands, fresh
 * bids are asked for, and whoever has the volumes by then starts at once.
 */
async function bringVolumes(
  { live, name, parts }: StepContext,
  { manifest, bid, relayUrl }: Extract<RentEvent, { type: 'offering' }>,
  signal: AbortSignal,
): Promise<void> {
  await parts.restoreVolumes({
    deployment: live.state.name,
    group: manifest.group,
    provider: bid.provider,
    relayUrl,
    signal,
    say: (message) => live.note({ ...live.group(name), message }),
  })
  if (parts.now() < bid.expiresAtMs) return
  throw new SubletError('bid.expired', 'The bid expired while the volumes were restored.', {
    hint: 'Nothing has to be done: fresh bids are asked for.',
  })
}

/** Writes down what is about to happen, or has been heard. */
async function takeDown(context: StepContext, event: RentEvent, interrupt: AbortSignal): Promise<void> {
  const { live, name, parts } = context
  const group = live.group(name)
  const sinceCreation = () => parts.now() - live.state.createdAtMs
  switch (event.type) {
    case 'ordering':
      live.note({ ...group, orderHash: event.orderHash })
      return
    case 'screened':
      live.note({ ...group, excluded: [...group.excluded, ...event.excluded] })
      return
    case 'declined':
      live.note({ ...group, excluded: [...group.excluded, event.exclusion] })
      return
    case 'bid':
      live.note({
        ...group,
        bids: [...group.bids, event.bid],
        timings: { bids: sinceCreation(), ...group.timings },
      })
      return
    case 'picking':
      live.note({ ...group, stage: 'picking', message: 'Waiting for a bid to be picked.' })
      return
    case 'indexer-failed':
      parts.log.warn({ indexer: event.indexer, code: event.error.code }, event.error.message)
      return
    case 'offering': {
      await live.allReady(name, interrupt)
      const { manifest, bid, relayUrl, leaseId } = event
      const { agreement, tenantSignature, providerSignature } = manifest
      if (group.everRan) await bringVolumes(context, event, interrupt)
      const offering: GroupState = {
        ...live.group(name),
        stage: 'offering',
        salt: agreement.salt,
        leaseId,
        offer: { agreement, tenantSignature, providerSignature, relayUrl },
        message: `Sending the workload to ${bid.provider}.`,
      }
      await live.saveBy(offering, () =>
        parts.journal.saveOffer(live.id, offering, { leaseId, provider: bid.provider, agreement }),
      )
      return
    }
    case 'status':
      live.note(noteStatus(group, event.status, sinceCreation()))
      return
    case 'failed': {
      // The salt was signed away: should this be interrupted now, the next order takes another.
      const {
        salt: _salt,
        offer: _offer,
        lease: _lease,
        ...rest
      } = withFailedProvider(group, event.bid.provider)
      live.note({ ...rest, stage: 'ordering', message: `${event.error.message} Taking the next best bid.` })
      return
    }
    case 'cancelling':
      live.note({ ...group, message: 'Making sure that no lease opens after all.' })
  }
}
