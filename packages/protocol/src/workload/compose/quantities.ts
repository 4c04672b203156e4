import { parseDuration } from '../../units/quantity.ts'

const binary: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
}

/** A size as Compose writes it: `512m`, `1.5gb`, `2GiB`; every unit is a power of 1024, a bare number is bytes. */
export function composeBytes(value: string | number): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,9})?)\s*([kmgtp]?)(?:i?b)?$/i.exec(String(value).trim())
  const unit = binary[match?.[2]?.toLowerCase() ?? '']
  if (match === null || unit === undefined) return undefined
  const bytes = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** Cores such as `0.5` or `"2"`, as thousandths rounded up; undefined when it is no number. */
export function composeCpu(value: string | number): number | undefined {
  const text = String(value).trim()
  if (!/^\d{1,6}(\.\d{1,9})?$/.test(text)) return undefined
  return Math.ceil(Math.round(Number(text) * 1e6) / 1e3)
}

/** A time such as `1m30s`; microseconds count as nothing. */
export function composeDuration(value: string | number): number | undefined {
  const text = String(value).trim()
  if (/^\d{1,15}us$/.test(text)) return Math.round(Number(text.slice(0, -2)) / 1000)
  const ms = parseDuration(text)
  return ms === undefined ? undefined : Number(ms)
}

const trueWords = new Set(['true', 'yes', 'on', 'y', '1'])
const falseWords = new Set(['false', 'no', 'off', 'n', '0'])

/** Interpolation makes text of everything, so a flag may come as a word. */
export function composeFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const word = String(value).trim().toLowerCase()
  return trueWords.has(word) ? true : falseWords.has(word) ? false : undefined
}

/** A whole number from 0, also as text. */
export function composeCount(value: unknown): number | undefined {
  const text = String(value).trim()
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
