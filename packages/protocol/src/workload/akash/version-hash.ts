import { sha256Hex } from '../../hash/sha256.ts'
import { compareText } from '../source/records.ts'
import type { AkashManifest } from './manifest.ts'

/** Akash's "version" of a manifest: SHA-256 of its JSON with sorted keys, in lower-case hexadecimal. */
export function akashVersionHash(manifest: AkashManifest): string {
  return sha256Hex(escapeForGo(stringify(manifest)))
}

/** The same for a manifest that `buildDeployment` made, whose keys are in order already: the engine's own JSON does. */
export function hashOfBuilt(manifest: AkashManifest): string {
  return sha256Hex(escapeForGo(JSON.stringify(manifest)))
}

const escaped = ['<', '>', '&', '\u2028', '\u2029']

/** Go escapes `<`, `>`, `&`, U+2028 and U+2029 in JSON, as HTML would want. Looking for each is faster than for any. */
function escapeForGo(json: string): string {
  for (const character of escaped)
    if (json.includes(character)) return json.replace(/[<>&\u2028\u2029]/g, escapeCharacter)
  return json
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function stringify(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) {
    let text = '['
    for (let index = 0; index < value.length; index += 1)
      text += `${index === 0 ? '' : ','}${stringify(value[index])}`
    return `${text}]`
  }
  const record = value as Record<string, unknown>
  let text = ''
  for (const key of Object.keys(record).sort(compareText)) {
    if (record[key] !== undefined)
      text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${stringify(record[key])}`
  }
  return text === '' ? '{}' : `${text}}`
}
