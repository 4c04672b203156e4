import { jsonText } from '../http/wire-text.ts'
import type { Payload } from './bus.ts'

/** Bigints in JSON become decimal strings. */
export function toBytes(payload: Payload): Uint8Array {
  return payload instanceof Uint8Array ? payload : new TextEncoder().encode(jsonText(payload))
}

export function toJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}
