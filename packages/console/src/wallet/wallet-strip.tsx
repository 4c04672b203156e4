import { useQuery } from '@tanstack/react-query'
import { deploymentsQuery, networkQuery, walletQuery } from '../api/queries.ts'
import { deploymentCost } from '../deployment/lease-cost.ts'
import { CopyButton } from '../design/copy-button.tsx'
import { shortHex } from '../design/names.ts'
import { formatDollars, formatDollarsExactly, formatRate } from '../money/format-money.ts'
import { useNow } from '../time/use-now.ts'

/** The tenant's money at a glance: what the escrow holds free, what the wallet holds, what runs through it now. */
export function WalletStrip() {
  const nowMs = useNow()
  const { data: wallet } = useQuery(walletQuery)
  const { data: network } = useQuery(networkQuery)
  const { data: deployments } = useQuery(deploymentsQuery)
  const spending = (deployments ?? []).reduce((sum, one) => sum + deploymentCost(one, nowMs).ratePerHour, 0n)
  return (
    <section
      aria-label="Wallet"
      className="flex items-center gap-x-5 overflow-x-auto whitespace-nowrap text-boardsoft max-sm:border-t max-sm:border-boardline max-sm:px-4 max-sm:py-2"
    >
      <Sum
        label="Escrow"
        value={wallet === undefined ? '—' : formatDollars(wallet.escrowBalance)}
        title={
          wallet === undefined
            ? 'Free in the escrow'
            : `Free in the escrow: ${formatDollarsExactly(wallet.escrowBalance)} ${wallet.tokenSymbol}`
        }
      />
      <Sum
        label="Wallet"
        value={wallet === undefined ? '—' : formatDollars(wallet.walletBalance)}
        title={
          wallet === undefined
            ? 'In the wallet'
            : `In the wallet: ${formatDollarsExactly(wallet.walletBalance)} ${wallet.tokenSymbol}`
        }
      />
      <Sum
        label="Spending"
        value={`${formatRate(spending)}/h`}
        title="All running leases together"
        lit={spending > 0n}
      />
      {wallet === undefined ? null : (
        <span className="inline-flex items-center gap-0.5 font-mono text-[12px]" title={wallet.address}>
          {shortHex(wallet.address)}
          <CopyButton text={wallet.address} what="wallet address" />
        </span>
      )}
      {network === undefined ? null : (
        <span className="text-[12px] max-lg:hidden" title={`Chain ${network.chainId}`}>
          {network.embedded ? 'this machine' : `chain ${network.chainId}`}
        </span>
      )}
    </section>
  )
}

function Sum({
  label,
  value,
  title,
  lit = false,
}: {
  label: string
  value: string
  title: string
  lit?: boolean
}) {
  return (
    <span title={title}>
      <span className="text-[12px]">{label} </span>
      <span className={lit ? 'font-medium text-lamp' : 'font-medium text-boardink'}>{value}</span>
    </span>
  )
}
