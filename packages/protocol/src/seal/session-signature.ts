import { ed25519 } from '@noble/curves/ed25519'
import { bytesToHex, concatBytes, hexToBytes } from 'viem/utils'
import type { Hex } from '../units/units.ts'

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const pkcs8Head = hexToBytes('0x302e020100300506032b657004220420')

/**
 * Signs with a session's Ed25519 key (RFC 8032): by the platform, or by script where that is older than 2025. The
 * signature is the same.
 */
export async function signBySession(privateKey: Hex, message: Uint8Array): Promise<Hex> {
  const key = await crypto.subtle
    .importKey('pkcs8', concatBytes([pkcs8Head, hexToBytes(privateKey)]).slice(), 'Ed25519', false, ['sign'])
    .catch(() => undefined)
  if (key === undefined) return bytesToHex(ed25519.sign(message, hexToBytes(privateKey)))
  return bytesToHex(new Uint8Array(await crypto.subtle.sign('Ed25519', key, message.slice())))
}

/** Whether a session's key signed the message; false too for what is no signature or no key at all. */
export async function isSignedBySession(
  publicKey: Hex,
  signature: Hex,
  message: Uint8Array,
): Promise<boolean> {
  const [keyBytes, signatureBytes] = [hexToBytes(publicKey).slice(), hexToBytes(signature).slice()]
  const key = await crypto.subtle
    .importKey('raw', keyBytes, 'Ed25519', false, ['verify'])
    .catch(() => undefined)
  if (key !== undefined) return await crypto.subtle.verify('Ed25519', key, signatureBytes, message.slice())
  try {
    return ed25519.verify(signatureBytes, message, keyBytes)
  } catch {
    // Not a signature or not a key at all.
    return false
  }
}
