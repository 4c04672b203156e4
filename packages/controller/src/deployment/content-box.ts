import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { SubletError } from '@sublet/protocol'
import type { LocalAccount } from 'viem'

/** Encrypts what is stored, so that a copy of the database gives no secrets away. */
export interface ContentBox {
  seal(text: string): Uint8Array
  /** Throws `wallet.locked` when the text was sealed under another wallet. */
  open(sealed: Uint8Array): string
}

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Makes the box whose key follows from a signature of the wallet: nothing that opens it lies on the disk. The message
 * is signed for this purpose alone, and wallets sign deterministically (RFC 6979).
 */
export async function createContentBox(
  account: Pick<LocalAccount, 'address' | 'signMessage'>,
): Promise<ContentBox> {
  const message = `Sublet controller: encrypt the deployments of ${account.address.toLowerCase()} on this machine.`
  const signature = await account.signMessage({ message })
  const key = Buffer.from(hkdfSync('sha256', signature, 'sublet', 'controller content v1', 32))
  return {
    seal(text) {
      const nonce = randomBytes(nonceBytes)
      const encrypt = createCipheriv(cipher, key, nonce)
      const body = Buffer.concat([encrypt.update(text, 'utf8'), encrypt.final()])
      return Buffer.concat([nonce, encrypt.getAuthTag(), body])
    },
    open(sealed) {
      const bytes = Buffer.from(sealed)
      const decrypt = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes))
      decrypt.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      try {
        const body = decrypt.update(bytes.subarray(nonceBytes + tagBytes))
        return Buffer.concat([body, decrypt.final()]).toString('utf8')
      } catch (cause) {
        throw new SubletError('wallet.locked', 'The stored deployments belong to another wallet.', {
          hint: 'Start the controller with the wallet that made them, or with another data folder.',
          cause,
        })
      }
    },
  }
}
