/**
 * Numbers as Go reads them, because Akash's parser is written in Go and its leniencies are part of the format:
 * `strconv.ParseFloat`, `ParseUint` and `time.ParseDuration`, and how gopkg.in/yaml.v3 tells numbers from text.
 */

const decimalFloat = /^[-+]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[-+]?\d[\d_]*)?$/i
const hexFloat = /^([-+]?)0x_?([\da-f_]*)\.?([\da-f_]*)p([-+]?\d[\d_]*)$/i
/** An underscore stands between digits, or between a base prefix and a digit. */
const strayUnderscore = /^[-+]?_|_$|__|_[^\da-f]|[^\dxa-f]_/i

/** `strconv.ParseFloat(text, 64)`; undefined is a syntax error. */
export function parseGoFloat(text: string): number | undefined {
  if (text.includes('_') && strayUnderscore.test(text)) return undefined
  if (decimalFloat.test(text)) {
    const value = Number(text.includes('_') ? text.replaceAll('_', '') : text)
    // Out of range is an error in Go, not infinity.
    return Number.isFinite(value) ? value : undefined
  }
  if (/^[-+]?(inf|infinity)$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^nan$/i.test(text)) return Number.NaN
  const hex = hexFloat.exec(text)
  if (hex === null) return undefined
  const whole = (hex[2] ?? '').replaceAll('_', '')
  const fraction = (hex[3] ?? '').replaceAll('_', '')
  if (whole === '' && fraction === '') return undefined
  const mantissa = Number.parseInt(`${whole}${fraction}`, 16)
  const exponent = Number((hex[4] ?? '').replaceAll('_', '')) - 4 * fraction.length
  const value = mantissa * 2 ** exponent
  return Number.isFinite(value) ? (hex[1] === '-' ? -value : value) : undefined
}

/** `strconv.ParseUint(text, 10, bits)`; undefined is a syntax or range error. Past 2^53 the value is rounded. */
export function parseGoUint(text: string, bits: 32 | 64): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  if (text.length < 10) return Number(text)
  const value = BigInt(text)
  return value < 1n << BigInt(bits) ? Number(value) : undefined
}

const yamlFloat = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/

/** The number that yaml.v3 sees in a plain scalar; undefined where it sees text. */
export function resolveGoNumber(text: string): number | undefined {
  if (/^[-+]?\.inf$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const plain = text.replaceAll('_', '')
  const integer = parseGoInteger(plain)
  if (integer !== undefined) return integer
  if (yamlFloat.test(plain)) return parseGoFloat(plain)
  return undefined
}

/** `strconv.ParseInt(text, 0, 64)`, or the same as unsigned: a leading zero means octal. */
function parseGoInteger(text: string): number | undefined {
  const match = /^([-+]?)(0x[\da-f]+|0o?[0-7]+|0b[01]+|0|[1-9]\d*)$/i.exec(text)
  if (match === null) return undefined
  const digits = match[2] ?? ''
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
  const negative = match[1] === '-'
  if (negative ? value > 1n << 63n : value >= 1n << 64n) return undefined
  return negative ? -Number(value) : Number(value)
}

/** A float as Go's amd64 conversion to uint32 makes it: truncated, then cut to 32 bits. */
export function truncateToUint32(value: number): number {
  if (value > 0 && value < 2 ** 32) return Math.trunc(value)
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return 0
  return Number(BigInt.asUintN(32, BigInt(Math.trunc(value))))
}

const nanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}
const durationPart = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y

/** `time.ParseDuration` in milliseconds, with fractions; undefined is a syntax or range error. */
export function parseGoDuration(text: string): number | undefined {
  const negative = text.startsWith('-')
  const rest = negative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return 0
  let total = 0
  let at = 0
  while (at < rest.length) {
    durationPart.lastIndex = at
    const match = durationPart.exec(rest)
    if (match === null) return undefined
    total += Number(match[1]) * (nanoseconds[match[2] ?? ''] ?? 0)
    at = durationPart.lastIndex
  }
  if (rest === '' || total >= 2 ** 63) return undefined
  return ((negative ? -1 : 1) * Math.trunc(total)) / 1e6
}

const unit = 10n ** 18n

/** Cosmos' decimal with 18 places, as a count of its last place; a string is what is wrong with it. */
export function parseDecimal(text: string): bigint | string {
  if (text.length < 16 && /^\d+$/.test(text)) return BigInt(text) * unit
  const match = /^(-?)([-+]?\d+)(?:\.(\d+))?$/.exec(text)
  if (text === '') return 'is empty'
  if (match === null) return 'is not a decimal number'
  const fraction = match[3] ?? ''
  if (fraction.length > 18) return 'has more than 18 decimal places'
  if (text.length > 120) return 'is too long'
  const inner = match[2] ?? ''
  const magnitude = BigInt(`${inner.replace(/^[-+]/, '')}${fraction}${'0'.repeat(18 - fraction.length)}`)
  return (match[1] === '-') !== inner.startsWith('-') ? -magnitude : magnitude
}

/** A count of eighteenths decimal places as Cosmos writes it, `100.000000000000000000`. */
export function formatDecimal(value: bigint): string {
  const digits = value.toString().padStart(19, '0')
  return `${digits.slice(0, -18)}.${digits.slice(-18)}`
}
