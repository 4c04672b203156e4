import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { marketQuery } from '../api/queries.ts'
import { counted } from '../design/names.ts'
import { Trouble } from '../design/trouble.tsx'
import { formatClockTime } from '../time/format-time.ts'
import { AsksTable } from './asks-table.tsx'
import { filterChoices, formatCores, type MarketFilter, visibleAsks } from './asks-view.ts'
import { type DeviceClass, deviceClasses } from './device-classes.ts'
import { PriceBoard } from './price-board.tsx'

const route = getRouteApi('/market')

/** What is on offer, at what price, and how much of it is free at this moment. */
export function MarketPage() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const { data: offers, error, dataUpdatedAt } = useQuery(marketQuery)

  if (offers === undefined) {
    return (
      <>
        <h1>Market</h1>
        <div className="mt-5">
          {error === null ? <p className="text-soft">Reading the asks…</p> : <Trouble error={error} />}
        </div>
      </>
    )
  }

  const asks = offers.map(({ signedAsk: { ask }, connected }) => ({ ask, connected }))
  const all = asks.map(({ ask }) => ask)
  const classes = deviceClasses(all)
  const shown = visibleAsks(asks, filter)
  const change = (next: MarketFilter) => void navigate({ search: { ...filter, ...next }, replace: true })

  return (
    <>
      <title>Market · Sublet</title>
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-2">
        <h1>Market</h1>
        <p className="text-soft" aria-live="off">
          {summary(classes, all.length)}
          <span className="max-sm:hidden"> Read {formatClockTime(dataUpdatedAt)}.</span>
        </p>
      </div>
      {all.length === 0 ? (
        <div className="sheet mt-5 p-5">
          <h2>Nobody offers anything yet</h2>
          <p className="mt-1 text-soft">
            Lend out this machine with <code className="font-mono text-ink">sublet provider start</code>; its
            ask shows up here within seconds.
          </p>
        </div>
      ) : (
        <>
          <PriceBoard classes={classes} chosen={filter.gpu} onChoose={(gpu) => change({ gpu })} />
          <AsksTable
            asks={shown}
            total={asks.length}
            filter={filter}
            choices={filterChoices(all)}
            onFilter={change}
          />
        </>
      )}
    </>
  )
}

function summary(classes: readonly DeviceClass[], providers: number): string {
  const gpus = classes.filter(({ kind }) => kind === 'gpu')
  const free = gpus.reduce((sum, one) => sum + one.free, 0)
  const total = gpus.reduce((sum, one) => sum + one.total, 0)
  const cpu = classes.find(({ kind }) => kind === 'cpu')
  const parts = [
    ...(total === 0 ? [] : [`${free} of ${counted(total, 'GPU')}`]),
    ...(cpu === undefined ? [] : [`${formatCores(cpu.free)} of ${formatCores(cpu.total)} cores`]),
  ]
  return parts.length === 0 ? '' : `${parts.join(' and ')} free at ${counted(providers, 'provider')}.`
}
