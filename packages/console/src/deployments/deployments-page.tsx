import type { Deployment } from '@sublet/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { deploymentsQuery } from '../api/queries.ts'
import { StarterChoice } from '../create/starter-choice.tsx'
import { deploymentCost } from '../deployment/lease-cost.ts'
import { counted } from '../design/names.ts'
import { Trouble } from '../design/trouble.tsx'
import { digitsThatTick, formatDollars, formatRate } from '../money/format-money.ts'
import { useNow } from '../time/use-now.ts'
import { DeploymentRow } from './deployment-row.tsx'

/** Everything the tenant runs or ran: what state it is in, where it answers, what it costs this second. */
export function DeploymentsPage() {
  const { data: deployments, error } = useQuery(deploymentsQuery)
  const nowMs = useNow()
  const [withEnded, setWithEnded] = useState(false)

  if (deployments === undefined) {
    return (
      <>
        <h1>Deployments</h1>
        <div className="mt-5">
          {error === null ? (
            <p className="text-soft">Reading your deployments…</p>
          ) : (
            <Trouble error={error} />
          )}
        </div>
      </>
    )
  }
  if (deployments.length === 0) return <FirstDeployment />

  const live = deployments.filter(isLive)
  const ended = deployments.filter((one) => !isLive(one))
  const shown = withEnded || live.length === 0 ? [...live, ...ended] : live
  return (
    <>
      <title>Deployments · Sublet</title>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <div className="mr-auto">
          <h1>Deployments</h1>
          <p className="text-soft">{summary(live, nowMs)}</p>
        </div>
        {ended.length > 0 && live.length > 0 ? (
          <label className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-lampink"
              checked={withEnded}
              onChange={({ target }) => setWithEnded(target.checked)}
            />
            Show {counted(ended.length, 'ended one')}
          </label>
        ) : null}
        <Link to="/new" className="button button-go">
          New deployment
        </Link>
      </div>
      <div className="sheet mt-5 overflow-x-auto">
        <table className="w-full border-collapse">
          <thead className="border-b border-line max-md:sr-only">
            <tr>
              <th scope="col" className="head">
                Deployment
              </th>
              <th scope="col" className="head">
                State
              </th>
              <th scope="col" className="head">
                Address
              </th>
              <th scope="col" className="head text-right">
                Rate
              </th>
              <th scope="col" className="head text-right">
                Cost so far
              </th>
              <th scope="col" className="head text-right">
                Age
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <DeploymentRow key={one.id} deployment={one} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function isLive({ phase }: Deployment): boolean {
  return phase !== 'closed' && phase !== 'failed'
}

function summary(live: readonly Deployment[], nowMs: number): string {
  const costs = live.map((one) => deploymentCost(one, nowMs))
  const running = live.filter(({ phase }) => phase === 'running').length
  const rate = costs.reduce((sum, { ratePerHour }) => sum + ratePerHour, 0n)
  const cost = costs.reduce((sum, one) => sum + one.cost, 0n)
  if (live.length === 0) return 'Nothing runs, nothing costs.'
  if (rate === 0n) return `${counted(live.length, 'deployment')} on the way; nothing costs yet.`
  return `${running} running at ${formatRate(rate)} an hour, ${formatDollars(cost, digitsThatTick(rate))} so far.`
}

function FirstDeployment() {
  return (
    <div className="max-w-[860px]">
      <h1>Rent your first container</h1>
      <p className="mt-2 max-w-[62ch] text-soft">
        Say what to run; providers bid for it; you pay the winner by the second, from the first second it
        answers. Start from one of these, or{' '}
        <Link to="/new" className="link text-ink">
          paste a file of your own
        </Link>
        : Sublet YAML, an Akash SDL, a Nosana job or a Compose file.
      </p>
      <StarterChoice />
    </div>
  )
}
