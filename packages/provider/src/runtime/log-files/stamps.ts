const zero = 0x30
const dot = 0x2e
const zulu = 0x5a

/** `2026-11-22T14:08:22` of `2026-11-22T14:08:22.123456789Z`. */
const secondsBytes = 19
/** The whole of it; zeros at its end may be left out, and the dot with them. */
export const longestStampBytes = 30
const microDigits = 6

export type StampReader = (buffer: Buffer, start: number, end: number) => number

/**
 * Reads RFC 3339 stamps as container engines write them, to milliseconds with a fraction of three digits. Lines of one
 * second share their first nineteen bytes, so only the fraction is read for most.
 */
export function stampReader(): StampReader {
  let known = Buffer.alloc(0)
  let knownMs = 0
  return (buffer, start, end) => {
    const fraction = start + secondsBytes
    if (buffer[end - 1] !== zulu || buffer[fraction] !== dot || end - start > longestStampBytes) {
      return parseStamp(buffer.toString('latin1', start, end))
    }
    if (!isSameSecond(known, buffer, start)) {
      known = Buffer.from(buffer.subarray(start, fraction))
      knownMs = Date.parse(`${known.toString('latin1')}Z`)
    }
    let micros = 0
    for (let at = fraction + 1; at <= fraction + microDigits; at += 1) {
      micros = micros * 10 + (at < end - 1 ? (buffer[at] ?? zero) - zero : 0)
    }
    return knownMs + micros / 1000
  }
}

/** From the end, where stamps differ first. In a loop: calling out of the language costs more than nineteen bytes. */
function isSameSecond(known: Buffer, buffer: Buffer, start: number): boolean {
  if (known.length === 0) return false
  for (let at = secondsBytes - 1; at >= 0; at -= 1) if (known[at] !== buffer[start + at]) return false
  return true
}

/** RFC 3339 with nanoseconds to milliseconds with a fraction. */
export function parseStamp(stamp: string): number {
  const point = stamp.indexOf('.')
  if (point < 0) return Date.parse(stamp)
  const end = stamp.search(/[Z+-]\d*:?\d*$/)
  const zone = end < point ? 'Z' : stamp.slice(end)
  const fraction = stamp.slice(point + 1, end < point ? undefined : end)
  const micros = Number(fraction.slice(0, microDigits).padEnd(microDigits, '0'))
  return Date.parse(`${stamp.slice(0, point)}${zone}`) + micros / 1000
}
