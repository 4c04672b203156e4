import type { Deployment } from '@sublet/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { closeDeployment, deploymentQuery, walletQuery } from '../api/queries.ts'
import { Trouble } from '../design/trouble.tsx'
import { formatDollars } from '../money/format-money.ts'
import { useNow } from '../time/use-now.ts'
import { groupCost } from './lease-cost.ts'

/** Asks before it closes: says what it has cost and what comes back. */
export function CloseDialog({ deployment, onDone }: { deployment: Deployment; onDone: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const client = useQueryClient()
  const close = useMutation({
    mutationFn: () => closeDeployment(deployment.id),
    onSuccess: (settled) => {
      client.setQueryData(deploymentQuery(deployment.id).queryKey, settled)
      void client.invalidateQueries({ queryKey: walletQuery.queryKey })
      onDone()
    },
  })
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      onClose={onDone}
      aria-labelledby="close-title"
      className="m-auto w-[min(440px,calc(100vw-32px))] rounded-md border border-line bg-sheet p-5 text-ink"
    >
      <h2 id="close-title" className="text-[17px] leading-6">
        Close {deployment.name}?
      </h2>
      <Stakes deployment={deployment} />
      {close.error === null ? null : (
        <div className="mt-3">
          <Trouble error={close.error} />
        </div>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <button
          type="button"
          className="button"
          onClick={() => dialog.current?.close()}
          disabled={close.isPending}
        >
          Keep it running
        </button>
        <button
          type="button"
          className="button button-stop"
          onClick={() => close.mutate()}
          disabled={close.isPending}
        >
          {close.isPending ? 'Closing and settling…' : 'Close and settle'}
        </button>
      </div>
    </dialog>
  )
}

function Stakes({ deployment }: { deployment: Deployment }) {
  const nowMs = useNow()
  const running = deployment.groups
    .flatMap((group) => groupCost(group, nowMs) ?? [])
    .filter(({ state }) => state === 'running')
  const cost = running.reduce((sum, one) => sum + one.cost, 0n)
  const back = running.reduce((sum, one) => sum + one.remaining, 0n)
  if (running.length === 0) {
    return <p className="mt-2 text-soft">No lease is open yet, so nothing is charged.</p>
  }
  return (
    <p className="mt-2 text-soft">
      It stops at once and its address goes dark. It has cost{' '}
      <span className="text-ink">{formatDollars(cost, 6)}</span> so far;{' '}
      <span className="text-ink">{formatDollars(back, 6)}</span> of the deposit comes back in the same
      transaction.
    </p>
  )
}
