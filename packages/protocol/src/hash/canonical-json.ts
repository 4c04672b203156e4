import { keccak256, stringToBytes } from 'viem/utils'
import type { Hex } from '../units/units.ts'

/**
 * JSON with sorted keys, no spaces, absent for undefined, and bigints as decimal strings: equal values give equal
 * text, whatever built them.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString()
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) {
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
    }
    return inner
  })
}

/** keccak256 of the canonical JSON. */
export function hashCanonical(value: unknown): Hex {
  return keccak256(stringToBytes(canonicalJson(value)))
}
