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
  return (value) => {
    if (!base(value)) return false
    const payload: z.core.ParsePayload<never> = { value: value as never, issues: [] }
    for (const check of checks) {
      check._zod.check(payload)
      if (payload.issues.length > 0) return false
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
      return (value) => options.some((option) => option(value))
    }
    case 'array': {
      const element = compile(def.element)
      return (value) => Array.isArray(value) && value.every(element)
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
    for (const name of Object.keys(value)) if (!key(name) || !inner(value[name])) return false
    return true
  }
}

function objectCheck(shape: Readonly<Record<string, z.core.$ZodType>>): Check {
  const known = new Map(Object.entries(shape).map(([name, inner]) => [name, compile(inner)]))
  const required = [...known].filter(([, check]) => !check(undefined)).map(([name]) => name)
  return (value) => {
    if (!isPlain(value)) return false
    for (const name of required) if (!Object.hasOwn(value, name)) return false
    for (const name of Object.keys(value)) {
      const check = known.get(name)
      if (check === undefined || !check(value[name])) return false
    }
    return true
  }
}
