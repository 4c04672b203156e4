import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** An account's key with a certificate authority (ES256). */
export interface AcmeKey {
  /** PKCS #8, PEM. */
  pem: string
  /** The public half; members in the order that RFC 7638 hashes them in. */
  jwk: { crv: string; kty: string; x: string; y: string }
  thumbprint: string
  /** A flattened JWS (RFC 7515) over the payload; an empty string is ACME's POST-as-GET. */
  sign(header: Record<string, unknown>, payload: unknown): string
}

export function makeAcmeKey(): AcmeKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return keyOf(privateKey)
}

export function readAcmeKey(pem: string): AcmeKey {
  return keyOf(createPrivateKey(pem))
}

function keyOf(key: KeyObject): AcmeKey {
  const { crv = '', kty = '', x = '', y = '' } = key.export({ format: 'jwk' })
  const jwk = { crv, kty, x, y }
  return {
    pem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwk,
    thumbprint: createHash('sha256').update(JSON.stringify(jwk)).digest('base64url'),
    sign(header, payload) {
      const head = base64url({ alg: 'ES256', ...header })
      const body = payload === '' ? '' : base64url(payload)
      const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' })
      return JSON.stringify({ protected: head, payload: body, signature: signature.toString('base64url') })
    },
  }
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
