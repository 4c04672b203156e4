/** `?a=1&b=true`, without what is undefined or false; empty when nothing is left. */
export function queryText(query: Record<string, string | number | boolean | undefined>): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== false) parameters.set(key, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
