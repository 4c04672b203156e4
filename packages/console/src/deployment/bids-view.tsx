import { ageWords, type Bid, type Deployment, type DeploymentGroup } from '@sublet/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { deploymentQuery, pickBid } from '../api/queries.ts'
import { counted, shortHex } from '../design/names.ts'
import { Trouble } from '../design/trouble.tsx'
import { Words } from '../design/words.tsx'
import { formatDollarsExactly, formatRate } from '../money/format-money.ts'
import { useNow } from '../time/use-now.ts'

/** Who bid, at what rate; who was left out, and why. While the deployment waits for a person, each bid can be picked. */
export function BidsView({ deployment, group }: { deployment: Deployment; group: DeploymentGroup }) {
  const nowMs = useNow()
  const client = useQueryClient()
  const pick = useMutation({
    mutationFn: (provider: string) => pickBid(deployment.id, group.name, provider),
    onSuccess: (next) => client.setQueryData(deploymentQuery(deployment.id).queryKey, next),
  })
  const bids = [...group.bids].sort((a, b) => (a.agreement.ratePerHour < b.agreement.ratePerHour ? -1 : 1))
  const picking = deployment.phase === 'picking' && group.provider === undefined
  return (
    <div className="grid gap-5">
      {pick.error === null ? null : <Trouble error={pick.error} />}
      {picking && bids.length > 0 && bids.every(({ expiresAtMs }) => expiresAtMs <= nowMs) ? (
        <p role="status">Every bid has lapsed. Close this deployment and order again; nothing was charged.</p>
      ) : null}
      {bids.length === 0 ? (
        <p className="text-soft">
          {deployment.phase === 'ordering' ? 'Bids come in here as they are made.' : 'There were no bids.'}
        </p>
      ) : (
        <ul className="sheet divide-y divide-line" aria-label="Bids">
          {bids.map((bid, index) => (
            <BidRow
              key={bid.provider}
              bid={bid}
              won={bid.provider === group.provider}
              cheapest={index === 0 && bids.length > 1}
              nowMs={nowMs}
              pick={picking ? () => pick.mutate(bid.provider) : undefined}
              busy={pick.isPending}
            />
          ))}
        </ul>
      )}
      {group.excluded.length === 0 ? null : (
        <section>
          <h3 className="font-semibold">{counted(group.excluded.length, 'provider')} left out</h3>
          <ul className="sheet mt-2 divide-y divide-line" aria-label="Left out">
            {group.excluded.map(({ provider, reason, message, ratePerHour }) => (
              <li key={provider} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-3 py-2">
                <span className="font-mono text-[13px]" title={provider}>
                  {shortHex(provider)}
                </span>
                <span className="min-w-0 flex-1 basis-60">
                  {reason === 'rate' && ratePerHour !== undefined ? (
                    `Its rate is ${formatDollarsExactly(ratePerHour)} an hour, above the highest rate of the order.`
                  ) : (
                    <Words text={message} />
                  )}
                </span>
                <span className="font-mono text-[12px] text-soft">{reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

interface BidRowProps {
  bid: Bid
  won: boolean
  cheapest: boolean
  nowMs: number
  pick: (() => void) | undefined
  busy: boolean
}

function BidRow({ bid, won, cheapest, nowMs, pick, busy }: BidRowProps) {
  const leftMs = bid.expiresAtMs - nowMs
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2.5" data-bid={bid.provider}>
      <span className="w-32 font-mono text-[17px]">
        {formatRate(bid.agreement.ratePerHour)}
        <span className="font-sans text-[13px] text-soft">/h</span>
      </span>
      <span className="min-w-0 flex-1 basis-56">
        <span className="block">{bid.hardware.join(', ')}</span>
        <span className="block text-soft">
          <span className="font-mono text-[13px]" title={bid.provider}>
            {shortHex(bid.provider)}
          </span>{' '}
          in {bid.region}
          {cheapest ? ', the lowest bid' : ''}
        </span>
      </span>
      {pick !== undefined ? (
        <>
          <span className="text-soft">
            {leftMs > 0 ? `stands for ${ageWords(Math.max(1000, leftMs))}` : 'has lapsed'}
          </span>
          <button
            type="button"
            className="button button-go"
            disabled={busy || leftMs <= 0}
            onClick={pick}
            aria-label={`Pick the bid of ${shortHex(bid.provider)} at ${formatRate(bid.agreement.ratePerHour)} an hour`}
          >
            Pick
          </button>
        </>
      ) : won ? (
        <span className="font-semibold text-go">Accepted</span>
      ) : null}
    </li>
  )
}
