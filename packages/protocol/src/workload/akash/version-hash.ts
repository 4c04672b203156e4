import { sha256Hex } from '../../hash/sha256.ts'
import type { AkashManifest } from './manifest.ts'
import { manifestJson } from './manifest-json.ts'

/** Akash's "version" of a manifest: SHA-256 of its JSON with sorted keys, in lower-case hexadecimal. */
export function akashVersionHash(manifest: AkashManifest): string {
  return sha256Hex(manifestJson(manifest))
}
