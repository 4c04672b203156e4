import type { SecureContextOptions } from 'node:tls'

/**
 * TLS 1.3 alone: below it, keying material exported from a connection may be steered by who stands between (RFC 7627),
 * and the proof of who is at the other end rests on it. AES-128 first, which moves half as much again as AES-256.
 */
export const tunnelTls: SecureContextOptions = {
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384',
}
