import {
  Aes256Gcm,
  CipherSuite,
  HkdfSha256,
  DhkemX25519HkdfSha256 as PlatformDhkemX25519HkdfSha256,
} from '@hpke/core'
import { DhkemX25519HkdfSha256 } from '@hpke/dhkem-x25519'

/** Who multiplies on the curve. Browsers from before 2025 haven't got X25519; the platform's own is three times as fast. */
export type CurveMaths = 'platform' | 'script'

/** RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Both kinds of maths give the same bytes. */
export function hpkeSuiteOf(maths: CurveMaths): CipherSuite {
  return new CipherSuite({
    kem: maths === 'platform' ? new PlatformDhkemX25519HkdfSha256() : new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  })
}

let chosen: Promise<CipherSuite> | undefined

/** The fastest suite that this platform has; found out once. */
export function hpkeSuite(): Promise<CipherSuite> {
  chosen ??= crypto.subtle.generateKey('X25519', false, ['deriveBits']).then(
    () => hpkeSuiteOf('platform'),
    () => hpkeSuiteOf('script'),
  )
  return chosen
}
