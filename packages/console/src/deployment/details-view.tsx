import { type Deployment, type DeploymentGroup, durationWords, type LeaseStatus } from '@sublet/protocol'
import type { ReactNode } from 'react'
import { CopyButton } from '../design/copy-button.tsx'
import { formatDollarsExactly } from '../money/format-money.ts'
import { formatInstant } from '../time/format-time.ts'
import { acceptedBid } from './lease-cost.ts'
import { NamesView } from './names-view.tsx'

/** Everything else that is known of a lease: identities, transactions, services, timings. */
export function DetailsView({ deployment, group }: { deployment: Deployment; group: DeploymentGroup }) {
  const { lease } = group
  const bid = acceptedBid(group)
  const timings = Object.entries(deployment.timings).sort(([, a], [, b]) => a - b)
  return (
    <div className="grid gap-5">
      {lease === undefined ? null : <Services lease={lease} />}
      {lease?.phase === 'active' ? <NamesView leaseId={lease.leaseId} /> : null}
      <dl className="sheet grid divide-y divide-line">
        <Fact label="Deployment">
          <Hash value={deployment.id} what="deployment id" />
        </Fact>
        <Fact label="Ordered">{formatInstant(deployment.createdAtMs)}</Fact>
        {group.orderHash === undefined ? null : (
          <Fact label="Order">
            <Hash value={group.orderHash} what="order hash" />
          </Fact>
        )}
        {group.leaseId === undefined ? null : (
          <Fact label="Lease">
            <Hash value={group.leaseId} what="lease id" />
          </Fact>
        )}
        {group.provider === undefined ? null : (
          <Fact label="Provider">
            <Hash value={group.provider} what="provider address" />
          </Fact>
        )}
        {bid === undefined ? null : (
          <Fact label="Hardware">
            {bid.hardware.join(', ')} in {bid.region}
          </Fact>
        )}
        {lease === undefined ? null : (
          <Fact label="Rate and deposit">
            {formatDollarsExactly(lease.ratePerHour)} an hour, {formatDollarsExactly(lease.deposit)} set aside
          </Fact>
        )}
        {lease?.openedAt === undefined ? null : (
          <Fact label="Opened, by the chain’s clock">{formatInstant(lease.openedAt * 1000)}</Fact>
        )}
        {lease?.openTransaction === undefined ? null : (
          <Fact label="Opening transaction">
            <Hash value={lease.openTransaction} what="opening transaction" />
          </Fact>
        )}
        {lease?.closeTransaction === undefined ? null : (
          <Fact label="Settling transaction">
            <Hash value={lease.closeTransaction} what="settling transaction" />
          </Fact>
        )}
        {timings.length === 0 ? null : (
          <Fact label="From the order to">
            {timings.map(([step, ms]) => `${step} ${durationWords(ms)}`).join(', ')}
          </Fact>
        )}
        {Object.entries(lease?.results ?? {}).map(([name, value]) => (
          <Fact key={name} label={`Result: ${name}`}>
            <code className="font-mono">{value}</code>
          </Fact>
        ))}
      </dl>
    </div>
  )
}

function Services({ lease }: { lease: LeaseStatus }) {
  if (lease.services.length === 0) return null
  return (
    <ul className="sheet divide-y divide-line" aria-label="Services">
      {lease.services.map(({ name, ready, replicas, restarts, exitCode, image }) => (
        <li key={name} className="flex flex-wrap items-baseline gap-x-4 px-3 py-2">
          <span className="font-semibold">{name}</span>
          <span>{exitCode === undefined ? `${ready} of ${replicas} ready` : `ended with ${exitCode}`}</span>
          {restarts === 0 ? null : <span className="text-stop">restarted {restarts} times</span>}
          <span className="min-w-0 font-mono text-[12px] text-soft">{image}</span>
        </li>
      ))}
    </ul>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 px-3 py-2 sm:grid-cols-[200px_1fr]">
      <dt className="text-soft">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

function Hash({ value, what }: { value: string; what: string }) {
  return (
    <span className="flex items-start gap-1 font-mono text-[13px]">
      <span className="min-w-0">{value}</span>
      <CopyButton text={value} what={what} />
    </span>
  )
}
