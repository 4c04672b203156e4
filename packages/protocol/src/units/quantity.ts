import type { z } from 'zod'
import { gibibyte, kibibyte, mebibyte } from './units.ts'

declare const unit: unique symbol
/** A plain number may become a quantity, a quantity of one unit never one of another: what was not counted has no unit yet. */
type Quantity<Unit extends string> = number & { readonly [unit]?: Unit }

/** Thousandths of a CPU core. */
export type CpuMillis = Quantity<'cpu-millis'>
export type Bytes = Quantity<'bytes'>
export type DurationMs = Quantity<'ms'>
export type DurationSeconds = Quantity<'seconds'>

/** The same check with the unit in its type. */
const counted =
  <Unit extends string>() =>
  (schema: z.ZodNumber) =>
    schema as unknown as z.ZodType<Quantity<Unit>, number>
export const inCpuMillis = counted<'cpu-millis'>()
export const inBytes = counted<'bytes'>()
export const inMs = counted<'ms'>()
export const inSeconds = counted<'seconds'>()

const decimal = /^(\d{1,16})(?:\.(\d{1,9}))?$/

/**
 * A decimal times a whole factor, exactly; undefined when it is no decimal, is not whole, or passes 2^53 − 1. The
 * arithmetic is in bigints because 0.1 × 1000 is not always 100 in floating point.
 */
function scaled(text: string, factor: bigint): number | undefined {
  const match = decimal.exec(text)
  if (match === null) return undefined
  const fraction = match[2] ?? ''
  const numerator = BigInt(`${match[1]}${fraction}`) * factor
  const divisor = 10n ** BigInt(fraction.length)
  if (numerator % divisor !== 0n) return undefined
  const value = numerator / divisor
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined
}

/** Cores (`0.5`, `2`) or millicores (`"500m"`), from 0.001 of a core. */
export function parseCpu(input: string | number): CpuMillis | undefined {
  const text = String(input).trim()
  const millis = text.endsWith('m') ? scaled(text.slice(0, -1), 1n) : scaled(text, 1000n)
  return millis === undefined || millis === 0 ? undefined : (millis as CpuMillis)
}

export function formatCpu(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`
}

const byteUnits: Readonly<Record<string, bigint>> = {
  b: 1n,
  k: 1000n,
  kb: 1000n,
  m: 1000n ** 2n,
  mb: 1000n ** 2n,
  g: 1000n ** 3n,
  gb: 1000n ** 3n,
  t: 1000n ** 4n,
  tb: 1000n ** 4n,
  p: 1000n ** 5n,
  pb: 1000n ** 5n,
  ki: 1024n,
  kib: 1024n,
  mi: 1024n ** 2n,
  mib: 1024n ** 2n,
  gi: 1024n ** 3n,
  gib: 1024n ** 3n,
  ti: 1024n ** 4n,
  tib: 1024n ** 4n,
  pi: 1024n ** 5n,
  pib: 1024n ** 5n,
}

/**
 * A size with its unit: `512Mi`, `1.5 GiB`, `20G`, `100B`. A bare number is refused, as nobody means bytes by it,
 * except 0. Fractions must come to whole bytes.
 */
export function parseBytes(input: string | number): Bytes | undefined {
  const text = String(input).trim()
  if (text === '0') return 0 as Bytes
  const match = /^([\d.]+)\s*([a-zA-Z]{1,3})$/.exec(text)
  const suffix = match?.[2]?.toLowerCase() ?? ''
  const factor = Object.hasOwn(byteUnits, suffix) ? byteUnits[suffix] : undefined
  if (match?.[1] === undefined || factor === undefined) return undefined
  return scaled(match[1], factor) as Bytes | undefined
}

const writtenUnits = [
  ['Pi', 1024 ** 5],
  ['Ti', 1024 ** 4],
  ['Gi', gibibyte],
  ['Mi', mebibyte],
  ['Ki', kibibyte],
] as const

/** The largest binary unit that divides the size; `parseBytes` gives the same number back. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return '0'
  for (const [suffix, factor] of writtenUnits) {
    if (bytes % factor === 0) return `${bytes / factor}${suffix}`
  }
  return `${bytes}B`
}

const timeUnits: Readonly<Record<string, bigint>> = {
  ms: 1n,
  s: 1000n,
  m: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
  w: 604_800_000n,
}
const timePart = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/y

/** A length of time with its units: `30s`, `1h30m`, `1.5h`, `7d`, `250ms`. A bare number is refused, except 0. */
export function parseDuration(input: string | number): DurationMs | undefined {
  const text = String(input).trim()
  if (text === '0') return 0 as DurationMs
  let total = 0
  let at = 0
  while (at < text.length) {
    timePart.lastIndex = at
    const match = timePart.exec(text)
    if (match === null) return undefined
    const part = scaled(match[1] ?? '', timeUnits[match[2] ?? ''] ?? 0n)
    if (part === undefined) return undefined
    total += part
    at = timePart.lastIndex
  }
  return text === '' || !Number.isSafeInteger(total) ? undefined : (total as DurationMs)
}

/** The shortest way to write it that `parseDuration` reads back. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0'
  const parts: string[] = []
  let rest = ms
  for (const [suffix, factor] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / factor)
    if (count > 0) parts.push(`${count}${suffix}`)
    rest -= count * factor
  }
  return parts.join('')
}

/** Token base units in one dollar: the money of the network has six decimals. */
export const baseUnitsPerDollar = 1_000_000n

const priceUnits: Readonly<Record<string, readonly [times: bigint, per: bigint]>> = {
  s: [3600n, 1n],
  second: [3600n, 1n],
  m: [60n, 1n],
  min: [60n, 1n],
  minute: [60n, 1n],
  h: [1n, 1n],
  hour: [1n, 1n],
  d: [1n, 24n],
  day: [1n, 24n],
  month: [1n, 730n],
}

/**
 * Dollars over time, `0.40/h` or `$300/month`, as token base units per hour; a bare number is dollars per hour.
 * Rounded down, as it is a highest price; undefined when it is no price or comes to nothing.
 */
export function parsePrice(input: string | number): bigint | undefined {
  const match = /^\$?\s*(\d{1,15})(?:\.(\d{1,18}))?\s*(?:\/\s*([a-z]+))?$/.exec(String(input).trim())
  const period = match?.[3] ?? 'h'
  const factor = Object.hasOwn(priceUnits, period) ? priceUnits[period] : undefined
  if (match === null || factor === undefined) return undefined
  const fraction = match[2] ?? ''
  const rate =
    (BigInt(`${match[1]}${fraction}`) * baseUnitsPerDollar * factor[0]) /
    (10n ** BigInt(fraction.length) * factor[1])
  return rate === 0n ? undefined : rate
}

/** Token base units per hour as dollars: 400000 is `0.40/h`; `parsePrice` gives the same number back. */
export function formatPrice(ratePerHour: bigint): string {
  const whole = ratePerHour / baseUnitsPerDollar
  const fraction = String(ratePerHour % baseUnitsPerDollar)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '')
  return `${whole}.${fraction}/h`
}
