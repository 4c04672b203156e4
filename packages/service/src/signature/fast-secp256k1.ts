import type { Hex } from '@sublet/protocol'
import { recover, signRecoverable } from 'tiny-secp256k1'
import { hashTypedData, hexToBytes, serializeSignature, toHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount, publicKeyToAddress } from 'viem/accounts'

/**
 * Who signed a hash: what viem's `recoverAddress` gives, ten times as fast (libsecp256k1 in WebAssembly). Every order,
 * bid and session has a wallet's signature, so a daemon does this for each. Throws when nobody can have signed it so.
 */
export async function recoverSigner({ hash, signature }: { hash: Hex; signature: Hex }): Promise<Hex> {
  const bytes = hexToBytes(signature)
  const last = bytes[64] ?? 0
  const recoveryId = last >= 27 ? last - 27 : last
  if (bytes.length !== 65 || (recoveryId !== 0 && recoveryId !== 1)) {
    throw new RangeError('not a signature of 65 bytes with a recovery bit')
  }
  const publicKey = recover(hexToBytes(hash), bytes.subarray(0, 64), recoveryId, false)
  if (publicKey === null) throw new RangeError('no key signs this hash so')
  return publicKeyToAddress(toHex(publicKey))
}

/** viem's local account, signing hashes and typed data by libsecp256k1: the same signatures (RFC 6979), sooner. */
export function fastAccount(privateKey: Hex): PrivateKeyAccount {
  const account = privateKeyToAccount(privateKey)
  const key = hexToBytes(privateKey)
  const sign = async ({ hash }: { hash: Hex }) => {
    const { signature, recoveryId } = signRecoverable(hexToBytes(hash), key)
    return serializeSignature({
      r: toHex(signature.subarray(0, 32)),
      s: toHex(signature.subarray(32)),
      yParity: recoveryId,
    })
  }
  return { ...account, sign, signTypedData: (data) => sign({ hash: hashTypedData(data) }) }
}
