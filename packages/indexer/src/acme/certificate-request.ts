import { webcrypto } from 'node:crypto'
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509'

export interface CertificateRequest {
  /** PKCS #10, DER in base64url as ACME takes it. */
  request: string
  /** PKCS #8, PEM. */
  privateKey: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A new key, and the request of a certificate for one host name under it. */
export async function requestCertificate(host: string): Promise<CertificateRequest> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await Pkcs10CertificateRequestGenerator.create(
    {
      // The name stands in the extension alone: a common name holds 64 characters, a host name may have more.
      name: '',
      keys,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
    },
    webcrypto,
  )
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const lines = key.match(/.{1,64}/g)?.join('\n') ?? ''
  return {
    request: Buffer.from(made.rawData).toString('base64url'),
    privateKey: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  }
}
