import { secondsPerHour, unitsPerDollar } from '@sublet/protocol'

const decimals = 6

/** Digits after the point, cut (never rounded up, so that no one sees money that is not there). */
export function formatDollars(amount: bigint, digits = 2): string {
  const kept = Math.max(0, Math.min(decimals, digits))
  const sign = amount < 0n ? '−' : ''
  const absolute = amount < 0n ? -amount : amount
  const whole = (absolute / unitsPerDollar).toString().replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = (absolute % unitsPerDollar).toString().padStart(decimals, '0').slice(0, kept)
  return `${sign}$${whole}${kept === 0 ? '' : `.${fraction}`}`
}

/** Every digit there is, without trailing zeros past the cents: `$0.0121`, `$3.00`. */
export function formatDollarsExactly(amount: bigint): string {
  const absolute = amount < 0n ? -amount : amount
  const fraction = (absolute % unitsPerDollar).toString().padStart(decimals, '0')
  return formatDollars(amount, Math.max(2, fraction.replace(/0+$/, '').length))
}

/** A rate in base units per hour, with about four digits that tell: `$0.0121`, `$2.35`, `$0.000012`. */
export function formatRate(ratePerHour: bigint): string {
  const leadingZeros = decimals - (ratePerHour % unitsPerDollar).toString().length
  const digits = ratePerHour >= unitsPerDollar ? 3 : Math.min(decimals, leadingZeros + 4)
  const shown = ratePerHour - (ratePerHour % 10n ** BigInt(decimals - digits))
  return formatDollarsExactly(shown)
}

/** Pads amounts on the right, so that their points stand under each other in a column of even-width figures. */
export function alignPoints(amounts: readonly string[]): string[] {
  const after = (amount: string) => (amount.includes('.') ? amount.length - amount.indexOf('.') : 0)
  const widest = Math.max(0, ...amounts.map(after))
  return amounts.map((amount) => amount + '\u2007'.repeat(widest - after(amount)))
}

/** How many digits after the point change at least once every few seconds at this rate; from 2 to 6. */
export function digitsThatTick(ratePerHour: bigint): number {
  let digits = 2
  while (digits < decimals && ratePerHour * 10n ** BigInt(digits) < 2n * secondsPerHour * unitsPerDollar)
    digits += 1
  return digits
}
