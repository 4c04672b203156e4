import { ageWords, type DeploymentGroup, type EndReason } from '@sublet/protocol'
import { digitsThatTick, formatDollars, formatDollarsExactly, formatRate } from '../money/format-money.ts'
import { formatClock, formatInstant, formatShortInstant } from '../time/format-time.ts'
import { useNow } from '../time/use-now.ts'
import { groupCost, type LeaseCost } from './lease-cost.ts'

const endWords: Record<EndReason, string> = {
  'tenant-closed': 'You closed it.',
  'provider-closed': 'The provider closed it.',
  'funds-ended': 'Its deposit was used up.',
  'duration-ended': 'It reached its longest duration.',
  'job-ended': 'The job ran to its end.',
  'image-unavailable': 'The image could not be pulled.',
  'fetch-failed': 'Something that it needs could not be fetched.',
  'workload-crashed': 'The workload ended before it was ready.',
  'start-deadline': 'It was not ready in time.',
  'open-failed': 'The lease could not be opened on the chain.',
  'manifest-refused': 'The provider refused the manifest.',
  superseded: 'Another lease took its place.',
}

const noCharge = 'No lease opened, so nothing was charged.'

/** What one lease has cost up to this second, as the escrow would count it, and how long its money lasts. */
export function Meter({ group, failed }: { group: DeploymentGroup; failed: boolean }) {
  const nowMs = useNow()
  const cost = groupCost(group, nowMs)
  return (
    <section
      aria-label="Cost"
      className="rounded-md bg-board p-4 text-boardink sm:p-5"
      data-meter={cost?.state ?? 'none'}
    >
      {cost === undefined ? (
        <Face
          label="Cost"
          amount="$0.000000"
          lit={false}
          below={failed ? noCharge : 'Nothing costs before a lease is open.'}
        />
      ) : cost.state === 'settled' ? (
        <Settled cost={cost} reason={group.lease?.endReason} />
      ) : cost.state === 'pending' ? (
        <Pending cost={cost} lapsed={group.lease?.phase === 'lapsed'} />
      ) : (
        <Running cost={cost} nowMs={nowMs} />
      )}
    </section>
  )
}

function Face({ label, amount, lit, below }: { label: string; amount: string; lit: boolean; below: string }) {
  return (
    <>
      <div className="flex items-center gap-2 text-boardsoft">
        <span aria-hidden className={`h-3 w-2 rounded-sm ${lit ? 'bg-lamp' : 'bg-boardline'}`} />
        {label}
      </div>
      <div
        className={`mt-1 font-mono text-[34px] leading-11 tracking-tight sm:text-[38px] ${lit ? 'text-lamp' : 'text-boardink'}`}
        data-cost
      >
        {amount}
      </div>
      <div className="text-boardsoft">{below}</div>
    </>
  )
}

function Running({ cost, nowMs }: { cost: LeaseCost; nowMs: number }) {
  const untilMs = (cost.fundedUntil ?? 0) * 1000
  const left = Math.max(0, untilMs - nowMs)
  const share = cost.deposit === 0n ? 0 : Number((cost.remaining * 1000n) / cost.deposit) / 1000
  return (
    <>
      <Face
        label="Cost so far"
        amount={formatDollars(cost.cost, digitsThatTick(cost.ratePerHour))}
        lit
        below={`${formatClock(cost.paidSeconds)} at ${formatRate(cost.ratePerHour)} an hour`}
      />
      <div aria-hidden className="mt-4 h-1.5 rounded-sm bg-boardline">
        <div className="h-1.5 rounded-sm bg-lamp" style={{ width: `${share * 100}%` }} />
      </div>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5">
        <dt className="text-boardsoft">Left of the deposit</dt>
        <dd className="text-right" title={`Deposit: ${formatDollarsExactly(cost.deposit)}`}>
          {formatDollars(cost.remaining, 4)}{' '}
          <span className="text-boardsoft">of {formatDollars(cost.deposit, 4)}</span>
        </dd>
        <dt className="text-boardsoft">Funded until</dt>
        <dd className="text-right" title={formatInstant(untilMs)}>
          {left === 0
            ? 'now used up'
            : `${formatShortInstant(untilMs, nowMs)}, ${ageWords(Math.max(1000, left))} left`}
        </dd>
      </dl>
    </>
  )
}

function Pending({ cost, lapsed }: { cost: LeaseCost; lapsed: boolean }) {
  return (
    <Face
      label={lapsed ? 'Cost' : 'Cost so far'}
      amount="$0.000000"
      lit={false}
      below={
        lapsed ? noCharge : `Will cost ${formatRate(cost.ratePerHour)} an hour, from the first ready second.`
      }
    />
  )
}

function Settled({ cost, reason }: { cost: LeaseCost; reason: EndReason | undefined }) {
  return (
    <>
      <Face
        label="Settled on the chain"
        amount={formatDollars(cost.cost, 6)}
        lit={false}
        below={`${formatClock(cost.paidSeconds)} at ${formatRate(cost.ratePerHour)} an hour`}
      />
      <dl
        className="mt-4 grid grid-cols-[1fr_auto] gap-y-0.5 border-t border-dashed border-boardline pt-3"
        data-receipt
      >
        <dt className="text-boardsoft">Deposit</dt>
        <dd className="text-right font-mono text-[13px]">{formatDollars(cost.deposit, 6)}</dd>
        <dt className="text-boardsoft">Paid</dt>
        <dd className="text-right font-mono text-[13px]">{formatDollars(cost.cost, 6)}</dd>
        <dt className="text-boardsoft">Returned to your escrow balance</dt>
        <dd className="text-right font-mono text-[13px]">{formatDollars(cost.remaining, 6)}</dd>
      </dl>
      {reason === undefined ? null : <p className="mt-2 text-boardsoft">{endWords[reason]}</p>}
    </>
  )
}
