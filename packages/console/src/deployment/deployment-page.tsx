import type { Deployment, DeploymentGroup, LeaseStatus } from '@sublet/protocol'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useLiveDeployment } from '../api/use-live-deployment.ts'
import { EndpointLink } from '../deployments/deployment-row.tsx'
import { CopyButton } from '../design/copy-button.tsx'
import { PhaseBadge } from '../design/phase-badge.tsx'
import { Trouble } from '../design/trouble.tsx'
import { Words } from '../design/words.tsx'
import { pullUnderWay } from '../events/event-list.ts'
import { EventsView } from '../events/events-view.tsx'
import { useEvents } from '../events/use-events.ts'
import { LogView } from '../log/log-view.tsx'
import { ShellView } from '../shell/shell-view.tsx'
import { BidsView } from './bids-view.tsx'
import { CloseDialog } from './close-dialog.tsx'
import { DetailsView } from './details-view.tsx'
import { FailurePanel } from './failure-panel.tsx'
import { Meter } from './meter.tsx'
import { TimelineView } from './timeline-view.tsx'

const UsageView = lazy(async () => ({ default: (await import('../usage/usage-view.tsx')).UsageView }))

export type DeploymentView = 'log' | 'usage' | 'events' | 'shell' | 'bids' | 'details'
export interface DeploymentSearch {
  /** Name of a group, where there are several. */
  group?: string | undefined
  view?: DeploymentView | undefined
}

const route = getRouteApi('/deployments/$id')
const viewNames: readonly [DeploymentView, string][] = [
  ['log', 'Log'],
  ['usage', 'Usage'],
  ['events', 'Events'],
  ['shell', 'Shell'],
  ['bids', 'Bids'],
  ['details', 'Details'],
]

export function DeploymentPage() {
  const { id } = route.useParams()
  const { data, error } = useLiveDeployment(id)
  if (data === undefined) {
    return error === null ? <p className="text-soft">Reading the deployment…</p> : <Trouble error={error} />
  }
  return <KnownDeployment deployment={data} />
}

function KnownDeployment({ deployment }: { deployment: Deployment }) {
  const search = route.useSearch()
  const [closing, setClosing] = useState(false)
  const { groups, phase } = deployment
  const group = groups.find(({ name }) => name === search.group) ?? groups[0]
  const over = phase === 'closed' || phase === 'failed'
  return (
    <>
      <title>{`${deployment.name} · Sublet`}</title>
      <Link to="/" className="link text-soft">
        Deployments
      </Link>
      <div className="mt-1 flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="mr-auto min-w-0">
          <div className="flex flex-wrap items-center gap-x-4">
            <h1>{deployment.name}</h1>
            <PhaseBadge phase={phase} />
          </div>
          {phase === 'running' || phase === 'failed' ? null : (
            <p className="text-soft">
              <Words text={deployment.message} />
            </p>
          )}
        </div>
        {over ? (
          <Link to="/new" className="button">
            New deployment
          </Link>
        ) : (
          <button
            type="button"
            className="button button-stop"
            disabled={phase === 'closing'}
            onClick={() => setClosing(true)}
          >
            {phase === 'closing' ? 'Closing…' : 'Close'}
          </button>
        )}
      </div>
      {closing ? <CloseDialog deployment={deployment} onDone={() => setClosing(false)} /> : null}
      {groups.length < 2 || group === undefined ? null : <GroupTabs groups={groups} chosen={group.name} />}
      {group === undefined ? null : <GroupView key={group.name} deployment={deployment} group={group} />}
    </>
  )
}

function GroupView({ deployment, group }: { deployment: Deployment; group: DeploymentGroup }) {
  const { view } = route.useSearch()
  const { lease } = group
  const events = useEvents(lease)
  const waits = deployment.phase === 'picking' && group.provider === undefined
  const chosen = view ?? (waits || lease === undefined ? 'bids' : 'log')
  return (
    <div className="mt-5 grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_360px]">
      <div className="grid gap-4 lg:order-2">
        <Meter group={group} failed={deployment.phase === 'failed'} />
        <Endpoints group={group} />
      </div>
      <div className="grid min-w-0 gap-4">
        {deployment.phase === 'failed' ? <FailurePanel deployment={deployment} /> : null}
        <TimelineView deployment={deployment} lease={lease} pull={pullUnderWay(events.value)} />
        <nav aria-label="Views" className="flex flex-wrap border-b border-line">
          {viewNames.map(([name, words]) => (
            <Link
              key={name}
              to="/deployments/$id"
              params={{ id: deployment.id }}
              search={(old) => ({ ...old, view: name })}
              replace
              aria-current={name === chosen ? 'page' : undefined}
              className="-mb-px border-b-2 border-transparent px-3 py-2 font-medium text-soft hover:text-ink aria-[current=page]:border-ink aria-[current=page]:text-ink"
            >
              {words}
              {name === 'bids' && group.bids.length > 0 ? (
                <span className="ml-1.5 text-soft">{group.bids.length}</span>
              ) : null}
            </Link>
          ))}
        </nav>
        {chosen === 'bids' ? <BidsView deployment={deployment} group={group} /> : null}
        {chosen === 'details' ? <DetailsView deployment={deployment} group={group} /> : null}
        {chosen === 'log' ? <LogView key={lease?.leaseId ?? ''} lease={lease} /> : null}
        {chosen === 'usage' ? <Usage lease={lease} /> : null}
        {chosen === 'events' ? <EventsView events={events} /> : null}
        {chosen === 'shell' ? <ShellView key={lease?.leaseId ?? ''} lease={lease} /> : null}
      </div>
    </div>
  )
}

function Usage({ lease }: { lease: LeaseStatus | undefined }) {
  if (lease === undefined || lease.phase !== 'active')
    return <p className="text-soft">An active lease shows here what it uses.</p>
  return (
    <Suspense fallback={<p className="text-soft">Bringing up the charts…</p>}>
      <UsageView key={lease.leaseId} leaseId={lease.leaseId} />
    </Suspense>
  )
}

function Endpoints({ group: { lease } }: { group: DeploymentGroup }) {
  if (lease === undefined || lease.endpoints.length === 0) return null
  const live = lease.phase === 'active'
  return (
    <section aria-label="Addresses" className="sheet p-4">
      <h2>{lease.endpoints.length === 1 ? 'Address' : 'Addresses'}</h2>
      <ul className="mt-1.5 grid gap-1.5">
        {lease.endpoints.map(({ url, service, port }) => (
          <li key={url}>
            <div className="flex items-start gap-1">
              <span className="min-w-0">
                {live ? (
                  <EndpointLink url={url} />
                ) : (
                  <span className="font-mono text-[13px] text-soft">{url}</span>
                )}
              </span>
              <CopyButton text={url} what="address" />
            </div>
            <div className="text-[12px] leading-4 text-soft">
              {service} port {port}
              {live ? '' : isOver(lease.phase) ? ', no longer answers' : ', answers once the lease is active'}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function isOver(phase: string): boolean {
  return phase === 'closing' || phase === 'closed' || phase === 'lapsed'
}

function GroupTabs({ groups, chosen }: { groups: readonly DeploymentGroup[]; chosen: string }) {
  return (
    <nav aria-label="Groups" className="mt-4 flex flex-wrap gap-2">
      {groups.map(({ name }) => (
        <Link
          key={name}
          to="."
          search={(old) => ({ ...old, group: name })}
          replace
          aria-current={name === chosen ? 'page' : undefined}
          className="button aria-[current=page]:border-ink aria-[current=page]:bg-ink aria-[current=page]:text-sheet"
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
