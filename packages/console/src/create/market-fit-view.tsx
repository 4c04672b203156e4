import type { Workload } from '@sublet/protocol'
import { useQuery } from '@tanstack/react-query'
import { marketQuery, walletQuery } from '../api/queries.ts'
import { Words } from '../design/words.tsx'
import { formatRate } from '../money/format-money.ts'
import { useNow } from '../time/use-now.ts'
import { type GroupFit, marketFit } from './market-fit.ts'

/** What the market would say to this file now: how many asks fit, and what an hour would cost. */
export function MarketFitView({
  workload,
  maxRatePerHour,
}: {
  workload: Workload
  maxRatePerHour: bigint | undefined
}) {
  const { data: offers } = useQuery(marketQuery)
  const { data: wallet } = useQuery(walletQuery)
  const nowMs = useNow()
  if (offers === undefined || wallet === undefined) return null
  const asks = offers.filter(({ connected }) => connected).map(({ signedAsk: { ask } }) => ask)
  const fits = marketFit(workload, asks, { wallet, maxRatePerHour, nowMs })
  return (
    <section aria-label="On the market now" className="rounded-md bg-board px-4 py-3 text-boardink">
      {fits.map((fit) => (
        <div key={fit.group} className="not-first:mt-3">
          {fits.length > 1 ? <h3 className="font-semibold">{fit.group}</h3> : null}
          <Verdict fit={fit} />
        </div>
      ))}
    </section>
  )
}

function Verdict({ fit }: { fit: GroupFit }) {
  const { asks, fitting, lowestPerHour, highestPerHour, wouldTakePerHour, obstacles } = fit
  if (lowestPerHour !== undefined && highestPerHour !== undefined) {
    return (
      <>
        <p>
          <span className="font-mono text-[20px] text-lamp">{formatRate(lowestPerHour)}</span>
          <span className="text-boardsoft"> an hour from the lowest ask</span>
        </p>
        <p className="text-boardsoft">
          {fitting} of {asks} {asks === 1 ? 'ask fits' : 'asks fit'} now
          {fitting > 1 ? `, up to ${formatRate(highestPerHour)}` : ''}.
        </p>
      </>
    )
  }
  const [most] = obstacles
  return (
    <>
      <p className="font-semibold">No ask fits now.</p>
      <p className="text-boardsoft">
        {wouldTakePerHour !== undefined ? (
          `The nearest takes ${formatRate(wouldTakePerHour)} an hour; the highest rate is below that.`
        ) : most === undefined ? (
          'Nobody offers anything at the moment.'
        ) : (
          <Words text={`For ${most.providers} of ${asks}: ${most.example}`} />
        )}
      </p>
    </>
  )
}
