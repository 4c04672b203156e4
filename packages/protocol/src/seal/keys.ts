import { x25519 } from '@noble/curves/ed25519'
import { bytesToHex, concatBytes, hexToBytes, stringToBytes } from 'viem/utils'
import type { Address, Hex } from '../units/units.ts'
import { createFrameCipher, type FrameCipher, invalid } from './frames.ts'
import { hpkeSuite } from './hpke-suite.ts'

/** Where random bytes come from; the platform's own generator unless a test says otherwise. */
export type RandomBytes = (length: number) => Uint8Array

export const platformRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length))

/** An X25519 key pair to be sealed to. The public key goes to the registry. */
export async function generateSealKeyPair(
  randomBytes: RandomBytes = platformRandom,
): Promise<{ publicKey: Hex; privateKey: Hex }> {
  const privateKey = randomBytes(32)
  return { privateKey: bytesToHex(privateKey), publicKey: bytesToHex(x25519.getPublicKey(privateKey)) }
}

/** The public half of a key made by `generateSealKeyPair`. */
export function sealPublicKeyOf(privateKey: Hex): Hex {
  return bytesToHex(x25519.getPublicKey(hexToBytes(privateKey)))
}

export const encapsulatedKeyBytes = 32
export const responseSaltBytes = 32
const keyBytes = 32
const nonceBytes = 12

/** What both sides of one request can make of the shared secret. */
export interface SharedSecrets {
  /** The sender's ephemeral public key, which travels in clear. */
  encapsulatedKey: Uint8Array
  request(): Promise<FrameCipher>
  /** A fresh salt for each answer: a request that is somehow answered twice never has two answers under one key. */
  response(salt: Uint8Array): Promise<FrameCipher>
}

interface Exporter {
  export(context: Uint8Array, length: number): Promise<ArrayBuffer>
}

function secretsOf(context: Exporter, encapsulatedKey: Uint8Array): SharedSecrets {
  const secret = async (label: string) =>
    new Uint8Array(await context.export(stringToBytes(`sublet seal v1 ${label}`), keyBytes + nonceBytes))
  const cipherOf = (bytes: Uint8Array) =>
    createFrameCipher(bytes.subarray(0, keyBytes), bytes.subarray(keyBytes))
  return {
    encapsulatedKey,
    request: async () => cipherOf(await secret('request')),
    async response(salt) {
      const material = await crypto.subtle.importKey('raw', await secret('response'), 'HKDF', false, [
        'deriveBits',
      ])
      const params = {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: concatBytes([encapsulatedKey, salt]),
        info: stringToBytes('sublet seal v1 response'),
      }
      return cipherOf(
        new Uint8Array(await crypto.subtle.deriveBits(params, material, 8 * (keyBytes + nonceBytes))),
      )
    },
  }
}

/** Binds the keys to one provider: what is sealed for it opens as nobody else's. */
const infoFor = (provider: Address) => stringToBytes(`sublet seal v1 ${provider.toLowerCase()}`)

/** A new shared secret with the holder of a public key. Throws `seal.invalid` when that is no X25519 key. */
export async function encapsulate(
  recipient: Hex,
  provider: Address,
  randomBytes: RandomBytes,
): Promise<SharedSecrets> {
  try {
    const suite = await hpkeSuite()
    const context = await suite.createSenderContext({
      recipientPublicKey: await suite.kem.deserializePublicKey(hexToBytes(recipient)),
      info: infoFor(provider),
      ...(randomBytes === platformRandom ? {} : { ekm: randomBytes(32) }),
    })
    return secretsOf(context, new Uint8Array(context.enc))
  } catch (cause) {
    throw invalid('The provider’s key is not an X25519 public key.', cause)
  }
}

/** The shared secret that a sender made. Throws `seal.invalid` when the bytes are no key. */
export async function decapsulate(
  privateKey: Hex,
  provider: Address,
  encapsulatedKey: Uint8Array,
): Promise<SharedSecrets> {
  try {
    const suite = await hpkeSuite()
    const context = await suite.createRecipientContext({
      recipientKey: await suite.kem.deserializePrivateKey(hexToBytes(privateKey)),
      enc: encapsulatedKey,
      info: infoFor(provider),
    })
    return secretsOf(context, encapsulatedKey.slice())
  } catch (cause) {
    throw invalid('The sealed message does not begin with a key.', cause)
  }
}
