import { createPrivateKey, X509Certificate } from 'node:crypto'
import { instantWords, SubletError } from '@sublet/protocol'
import type { Validity } from './certificate-due.ts'

export interface ServedCertificate {
  /** PEM, the host's own certificate first. */
  chain: string
  /** PEM. */
  privateKey: string
  validity: Validity
  issuer: string
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const keyBlock = /-----BEGIN (?:EC |RSA )?PRIVATE KEY-----[^-]+-----END (?:EC |RSA )?PRIVATE KEY-----/

/**
 * Reads a certificate with its chain and key, all in one PEM text or in two. Throws `certificate.invalid` where a part is
 * missing or they don't fit together, or a host isn't named by it.
 */
export function readCertificate(pem: string, hosts: readonly string[], nowMs: number): ServedCertificate {
  const blocks = pem.match(certificateBlock) ?? []
  const key = keyBlock.exec(pem)?.[0]
  if (blocks[0] === undefined) throw invalid('it holds no certificate', 'Put the certificate first, in PEM.')
  if (key === undefined) {
    throw invalid('it holds no private key', 'Append the key in PEM, without a passphrase.')
  }
  let leaf: X509Certificate
  let fits: boolean
  try {
    leaf = new X509Certificate(blocks[0])
    fits = leaf.checkPrivateKey(createPrivateKey(key))
  } catch (cause) {
    throw invalid('it cannot be read', 'Check with `openssl x509 -text` and `openssl pkey`.', cause)
  }
  if (!fits)
    throw invalid('its key belongs to another certificate', 'Put the pair together that belongs together.')
  const validity = { fromMs: Date.parse(leaf.validFrom), untilMs: Date.parse(leaf.validTo) }
  if (nowMs >= validity.untilMs) {
    throw invalid(`it ended ${instantWords(validity.untilMs)}`, 'Renew it and deploy again.')
  }
  for (const host of hosts) {
    if (leaf.checkHost(host) === undefined) {
      throw invalid(`it does not name ${host}`, 'Take a certificate that does, or leave it out.')
    }
  }
  return {
    chain: blocks.join('\n'),
    privateKey: key,
    validity,
    issuer:
      leaf.issuer
        .split('\n')
        .find((line) => line.startsWith('CN='))
        ?.slice(3) ?? leaf.issuer,
  }
}

function invalid(why: string, hint: string, cause?: unknown): SubletError {
  return new SubletError('certificate.invalid', `The certificate cannot be served: ${why}.`, { hint, cause })
}
