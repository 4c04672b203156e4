import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { SubletError } from '@sublet/protocol'

/** Keeps texts unreadable in a store that others may copy. */
export interface Vault {
  seal(text: string): Buffer
  /** Throws `seal.invalid` when the bytes are not this vault's. */
  open(sealed: Uint8Array): string
}

export interface VaultOptions {
  /** Parts one vault's key from another's of the same secret; never changes. */
  purpose: string
  /** The cure for bytes that were sealed under another key. */
  hint: string
}

const ivBytes = 12
const tagBytes = 16

/** A vault under a key derived from a secret, 32 bytes or more. */
export function createVault(secret: Uint8Array, { purpose, hint }: VaultOptions): Vault {
  const key = Buffer.from(hkdfSync('sha256', secret, 'sublet', purpose, 32))
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
        throw new SubletError('seal.invalid', `The ${purpose} was written under another key.`, {
          hint,
          cause,
        })
      }
    },
  }
}
