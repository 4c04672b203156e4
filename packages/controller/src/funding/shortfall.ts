import { SubletError } from '@sublet/protocol'

export interface FundingFacts {
  /** What the new lease may need, token base units. */
  needed: bigint
  /** What leases that are about to open already count on. */
  promised: bigint
  escrowBalance: bigint
  walletBalance: bigint
  /** For messages. */
  symbol: string
  decimals: number
  address: string
}

/** How much must be moved from the wallet into the escrow. Throws `funds.insufficient` when the wallet lacks it. */
export function depositNeeded(facts: FundingFacts): bigint {
  const { needed, promised, escrowBalance, walletBalance, symbol, address } = facts
  const free = escrowBalance > promised ? escrowBalance - promised : 0n
  if (free >= needed) return 0n
  const short = needed - free
  if (walletBalance >= short) return short
  const say = (amount: bigint) => `${formatUnits(amount, facts.decimals)} ${symbol}`
  throw new SubletError(
    'funds.insufficient',
    `${say(needed)} must be set aside, but only ${say(free + walletBalance)} is there: ${say(free)} in the escrow and ${say(walletBalance)} in the wallet.`,
    {
      hint: `Send at least ${say(short - walletBalance)} to ${address} (\`sublet wallet fund\`), or name a lower highest rate.`,
      details: {
        needed: needed.toString(),
        missing: (short - walletBalance).toString(),
        escrowBalance: escrowBalance.toString(),
        walletBalance: walletBalance.toString(),
        address,
      },
    },
  )
}

/** Base units as a decimal number without needless zeros. */
export function formatUnits(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return fraction === '' ? whole : `${whole}.${fraction}`
}
