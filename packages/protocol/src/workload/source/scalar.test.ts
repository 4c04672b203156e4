import fc from 'fast-check'
import { CORE_SCHEMA, load } from 'js-yaml'
import { expect, test } from 'vitest'
import { isTyped, plainOf, typedScalar } from './scalar.ts'

const spellings = fc.string({
  unit: fc.constantFrom(...'0123456789abefxoEnNiIFA._+-TRUruefalsNl~'),
  minLength: 1,
  maxLength: 7,
})

test("whatever is more than text by YAML 1.2's core schema is so here, and of the same value", () => {
  fc.assert(
    fc.property(spellings, (text) => {
      const value: unknown = coreValue(text)
      if (typeof value === 'string') return
      expect(isTyped(text)).toBe(true)
      const plain = plainOf(typedScalar(text))
      // Zero is zero, whatever its sign.
      if (plain !== value) expect(plain).toBe(value)
    }),
    { numRuns: 20_000 },
  )
})

/** The text itself where it is no scalar at all. */
function coreValue(text: string): unknown {
  try {
    // As a value: at the start of a document, hyphens may be its mark instead.
    const { value } = load(`value: ${text}`, { schema: CORE_SCHEMA }) as { value: unknown }
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}
