export type SdlVersion = '2.0' | '2.1'

/**
 * The language version behind a `version` field, read as tolerantly as Akash does (`2`, `v2.0`, `2.05` and `3.0` all
 * mean something); undefined when it is none.
 */
export function parseSdlVersion(text: string): SdlVersion | undefined {
  if (text === '2.0' || text === '2.1') return text
  const parts = text.trim().replace(/^v/, '').split('.')
  const numbers = [...parts.slice(0, 2), ...(parts.length > 2 ? [parts.slice(2).join('.')] : [])].map(
    stripZeros,
  )
  if (numbers.length < 3 && /[+-]/.test(numbers.at(-1) ?? '')) return undefined
  while (numbers.length < 3) numbers.push('0')
  const match = /^(\d{1,19})\.(\d{1,19})\.(\d{1,19})(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.exec(
    numbers.join('.'),
  )
  if (match === null) return undefined
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const early = match[4] !== undefined
  if (major === 2 && minor === 0 && patch === 0) return early ? undefined : '2.0'
  if (major === 2 && minor === 1 && patch === 0) return early ? undefined : '2.1'
  return major > 2 || (major === 2 && minor >= 1) ? '2.1' : undefined
}

function stripZeros(part: string): string {
  if (part.length <= 1) return part
  const stripped = part.replace(/^0+/, '')
  return /^\d/.test(stripped) ? stripped : `0${stripped}`
}
