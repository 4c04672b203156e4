/** One object of a tool's JSON. Fields come and go with the tool's version, so each is looked at before it is used. */
export type Fields = Readonly<Record<string, unknown>>

/** The JSON in a tool's output: some print warnings before or after it. Undefined where there is none. */
export function jsonIn(output: string): unknown {
  const start = output.search(/[[{]/)
  const end = Math.max(output.lastIndexOf('}'), output.lastIndexOf(']'))
  if (start < 0 || end < start) return undefined
  try {
    return JSON.parse(output.slice(start, end + 1))
  } catch {
    return undefined
  }
}

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

export function objectsIn(value: unknown): Fields[] {
  return Array.isArray(value)
    ? value.flatMap((one: unknown): Fields[] => (fieldsOf(one) === undefined ? [] : [one as Fields]))
    : []
}

/** A field's text; undefined where it is missing, empty, or says that nobody knows. */
export function textIn(fields: Fields | undefined, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields?.[name]
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const text = String(value).trim()
    if (text !== '' && !/^(n\/a|none|null|unknown|-)$/i.test(text)) return text
  }
  return undefined
}

const mebibytesByUnit: Record<string, number> = {
  b: 1 / 1024 ** 2,
  kb: 1 / 1024,
  kib: 1 / 1024,
  mb: 1,
  mib: 1,
  gb: 1024,
  gib: 1024,
}

/** `16384`, `"16384 MB"`, `"14248.00 MiB"` or `{ value: 16384, unit: "MB" }`. Tools write MB and mean MiB. */
export function mebibytesIn(value: unknown, unitlessIs: 'b' | 'mb' = 'mb'): number | undefined {
  const fields = fieldsOf(value)
  const text = fields === undefined ? String(value ?? '') : `${fields.value} ${fields.unit ?? ''}`
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  const factor = mebibytesByUnit[match?.[2]?.toLowerCase() || unitlessIs]
  if (match?.[1] === undefined || factor === undefined) return undefined
  return Number(match[1]) * factor
}

/** `0000:C3:00.0` as the kernel writes it: `0000:c3:00.0`. Undefined for anything else. */
export function busAddressIn(text: string | undefined): string | undefined {
  const match = /^(?:0{4})?([0-9a-f]{4}:)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(text?.trim() ?? '')
  return match === null ? undefined : `${match[1] ?? '0000:'}${match[2]}`.toLowerCase()
}
