import { ageWords, type Deployment } from '@sublet/protocol'
import { Link } from '@tanstack/react-router'
import { failureOf } from '../deployment/failure.ts'
import { deploymentCost } from '../deployment/lease-cost.ts'
import { PhaseBadge } from '../design/phase-badge.tsx'
import { Words } from '../design/words.tsx'
import { digitsThatTick, formatDollars, formatRate } from '../money/format-money.ts'

export function DeploymentRow({ deployment, nowMs }: { deployment: Deployment; nowMs: number }) {
  const { id, name, phase, message } = deployment
  const { ratePerHour, cost, running } = deploymentCost(deployment, nowMs)
  const endpoints = deployment.groups.flatMap(({ lease }) =>
    lease?.phase === 'active' ? lease.endpoints : [],
  )
  const [first] = endpoints
  const rate = running ? `${formatRate(ratePerHour)}/h` : '—'
  const spent = formatDollars(cost, running ? digitsThatTick(ratePerHour) : 6)
  const words = phase === 'failed' ? failureOf(deployment).words : phase === 'running' ? '' : message
  return (
    <tr
      className="border-b border-line last:border-0 max-md:grid max-md:grid-cols-[1fr_auto] max-md:items-baseline max-md:gap-x-3 max-md:p-3 [&>*]:max-md:p-0"
      data-deployment={id}
    >
      <th scope="row" className="cell text-left text-[15px] font-semibold">
        <Link to="/deployments/$id" params={{ id }} className="link">
          {name}
        </Link>
      </th>
      <td className="cell max-md:order-2 max-md:text-right">
        <PhaseBadge phase={phase} />
      </td>
      <td className="cell max-w-[420px] max-md:order-5 max-md:col-span-2 max-md:mt-1">
        {first === undefined ? (
          <span className="line-clamp-2 text-soft">
            <Words text={words} />
          </span>
        ) : (
          <>
            <EndpointLink url={first.url} />
            {endpoints.length > 1 ? (
              <span className="text-soft"> and {endpoints.length - 1} more</span>
            ) : null}
          </>
        )}
      </td>
      <td className="cell text-right whitespace-nowrap max-md:order-4">
        {running ? <span className="md:hidden">at </span> : null}
        <span className={running ? '' : 'max-md:hidden'}>{rate}</span>
      </td>
      <td
        className="cell text-right font-mono text-[13px] whitespace-nowrap max-md:order-3 max-md:text-left"
        data-cost
      >
        {spent}
      </td>
      <td className="cell text-right whitespace-nowrap text-soft max-md:hidden">
        {ageWords((deployment.endedAtMs ?? nowMs) - deployment.createdAtMs)}
      </td>
    </tr>
  )
}

/** HTTP addresses open; others are only shown. */
export function EndpointLink({ url }: { url: string }) {
  const words = url.replace(/^https?:\/\//, '')
  if (!/^https?:/.test(url)) return <span className="font-mono text-[13px]">{url}</span>
  return (
    <a href={url} target="_blank" rel="noreferrer" className="link font-mono text-[13px]">
      {words}
    </a>
  )
}
