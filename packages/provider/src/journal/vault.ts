import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { SubletError } from '@sublet/protocol'

/** Keeps manifests unreadable on the disk: they hold tenants' secrets. */
export interface Vault {
  seal(text: string): Buffer
  /** Throws `seal.invalid` when the bytes are not this vault's. */
  open(sealed: Uint8Array): string
}

const ivBytes = 12
const tagBytes = 16

/** A vault under a key derived from a secret of the provider's, 32 bytes or more. */
export function createVault(secret: Uint8Array): Vault {
  const key = Buffer.from(hkdfSync('sha256', secret, 'sublet', 'provider journal 1', 32))
  return {
    seal(text) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), body])
    },
    open(sealed) {
      const bytes = Buffer.from(sealed)
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
        decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
        const body = bytes.subarray(ivBytes + tagBytes)
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new SubletError('seal.invalid', 'The journal was written under another key.', {
          hint: "Start the provider with the wallet it was set up with, or move its data folder's database away.",
          cause,
        })
      }
    },
  }
}
