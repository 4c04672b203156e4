import type { z } from 'zod'

type Check = (value: unknown) => boolean

/**
 * A check that answers only yes or no, compiled from a schema: several times faster than parsing with it, as it
 * copies nothing and explains nothing. Whoever gets a no parses to learn why. Kinds of schema that it does not know
 * are parsed.
 */
export function compileCheck(schema: z.ZodType): Check {
  return compile(schema)
}

function compile(schema: z.core.$ZodType): Check {
  const base = baseCheck(schema)
  const checks: z.core.$ZodCheck<never>[] = [...(schema._zod.def.checks ?? [])]
  // Formats such as whole numbers are checks of themselves.
  if (schema._zod.traits.has('$ZodCheck')) checks.unshift(schema as unknown as z.core.$ZodCheck<never>)
  if (checks.length === 0) return base
  // Checks run to their end before another begins, and none keeps what it was given, so one payload serves all.
  const payload: z.core.ParsePayload<never> = { value: undefined as never, issues: [] }
  return (value) => {
    if (!base(value)) return false
    payload.value = value as never
    for (const check of checks) {
      check._zod.check(payload)
      if (payload.issues.length > 0) {
        payload.issues = []
        return false
      }
    }
    return true
  }
}

function baseCheck(schema: z.core.$ZodType): Check {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'string':
      return (value) => typeof value === 'string'
    case 'number':
      return (value) => typeof value === 'number' && Number.isFinite(value)
    case 'boolean':
      return (value) => typeof value === 'boolean'
    case 'unknown':
      return () => true
    case 'optional': {
      const inner = compile(def.innerType)
      return (value) => value === undefined || inner(value)
    }
    case 'nullable': {
      const inner = compile(def.innerType)
      return (value) => value === null || inner(value)
    }
    case 'enum': {
      const values = new Set<unknown>(Object.values(def.entries))
      return (value) => values.has(value)
    }
    case 'literal': {
      const values = new Set<unknown>(def.values)
      return (value) => values.has(value)
    }
    case 'union': {
      const options = def.options.map(compile)
      return (value) => {
        for (const option of options) if (option(value)) return true
        return false
      }
    }
    case 'array': {
      const element = compile(def.element)
      return (value) => {
        if (!Array.isArray(value)) return false
        for (let index = 0; index < value.length; index += 1) if (!element(value[index])) return false
        return true
      }
    }
    case 'record':
      return recordCheck(compile(def.keyType), compile(def.valueType))
    case 'object':
      return def.catchall?._zod.def.type === 'never' ? objectCheck(def.shape) : parsing(schema)
    default:
      return parsing(schema)
  }
}

function parsing(schema: z.core.$ZodType): Check {
  return (value) => (schema as z.ZodType).safeParse(value).success
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function recordCheck(key: Check, inner: Check): Check {
  return (value) => {
    if (!isPlain(value)) return false
    for (const name in value) if (!key(name) || !inner(value[name])) return false
    return true
  }
}

/** Goes by the keys that are given, which are fewer than those that may be. */
function objectCheck(shape: Readonly<Record<string, z.core.$ZodType>>): Check {
  const checks = new Map<string, { passes: Check; isNeeded: boolean }>()
  let needed = 0
  for (const [name, schema] of Object.entries(shape)) {
    const passes = compile(schema)
    const isNeeded = !passes(undefined)
    checks.set(name, { passes, isNeeded })
    if (isNeeded) needed += 1
  }
  return (value) => {
    if (!isPlain(value)) return false
    let met = 0
    for (const name in value) {
      const check = checks.get(name)
      if (check === undefined || !check.passes(value[name])) return false
      if (check.isNeeded) met += 1
    }
    return met === needed
  }
}
