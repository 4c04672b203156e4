import { isTree, type Tree } from '../source/records.ts'

/**
 * Arguments as the schema wants them after literals were filled in: a number that came as text counts where a number
 * belongs, and the other way round.
 */
export function normalArgs(args: Tree): Tree {
  const out = { ...args }
  if (isTree(out.env)) {
    out.env = Object.fromEntries(Object.entries(out.env).map(([name, value]) => [name, asText(value)]))
  }
  for (const key of ['cmd', 'entrypoint', 'aliases'] as const) {
    const value = out[key]
    if (Array.isArray(value)) out[key] = value.map(asText)
  }
  const { expose } = out
  if (Array.isArray(expose)) out.expose = expose.map(asPort)
  else if (expose !== undefined) out.expose = asPort(expose)
  return out
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function asPort(item: unknown): unknown {
  if (typeof item === 'string' && /^\s*\d{1,5}\s*$/.test(item)) return Number(item)
  return isTree(item) && typeof item.port === 'string' ? { ...item, port: asPort(item.port) } : item
}
