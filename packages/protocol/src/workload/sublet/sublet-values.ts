import { parseBytes, parseDuration } from '../../units/quantity.ts'
import type { Findings } from '../source/findings.ts'
import type { Path } from '../source/places.ts'
import { compareText } from '../source/records.ts'

/** Sorted, each once. */
export function sorted(list: readonly string[]): string[] {
  return [...new Set(list)].sort(compareText)
}

// The schema has accepted these, so they parse.
export function ms(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseDuration(value)
}

export function bytes(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : parseBytes(value)
}

/** Reports a zero where it makes no sense. */
export function positive(findings: Findings, path: Path, value: number | undefined): number | undefined {
  if (value === 0)
    findings.error(path, 'sublet.zero', `\`${path.at(-1)}\` cannot be zero.`, { expected: 'more than zero' })
  return value
}
