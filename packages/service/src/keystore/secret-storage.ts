import { createCipheriv, createDecipheriv, pbkdf2, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Address, Hex } from '@sublet/protocol'
import { concatBytes, hexToBytes, keccak256 } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { z } from 'zod'

const hex = z.string().regex(/^(0x)?([0-9a-fA-F]{2})*$/)

/** Web3 Secret Storage version 3: what geth, MetaMask, ethers and others keep keys in. */
const secretStorageSchema = z.looseObject({
  version: z.literal(3),
  crypto: z.looseObject({
    cipher: z.literal('aes-128-ctr'),
    cipherparams: z.looseObject({ iv: hex }),
    ciphertext: hex,
    mac: hex,
    kdf: z.enum(['scrypt', 'pbkdf2']),
    kdfparams: z.looseObject({
      salt: hex,
      dklen: z.int().min(32).max(64),
      n: z.int().positive().optional(),
      r: z.int().positive().optional(),
      p: z.int().positive().max(64).optional(),
      c: z.int().positive().max(10_000_000).optional(),
      prf: z.literal('hmac-sha256').optional(),
    }),
  }),
})
type SecretStorage = z.output<typeof secretStorageSchema>

/** A file that asks for more memory than this is no key file but an attack. */
const maxScryptBytes = 1024 ** 3

const bytesOf = (text: string) => Buffer.from(text.replace(/^0x/, ''), 'hex')
const scryptAsync = promisify<
  Buffer,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt)

async function scryptKey(
  passphrase: string,
  salt: Buffer,
  length: number,
  params: { n: number; r: number; p: number },
) {
  const { n: N, r, p } = params
  const bytes = 128 * r * (N + p + 3)
  if (bytes > maxScryptBytes) throw new RangeError('its scrypt parameters ask for over 1 GiB of memory')
  return scryptAsync(Buffer.from(passphrase.normalize('NFKC')), salt, length, {
    N,
    r,
    p,
    maxmem: bytes + 65_536,
  })
}

async function deriveKey({ kdf, kdfparams }: SecretStorage['crypto'], passphrase: string): Promise<Buffer> {
  const { salt, dklen, n, r, p, c } = kdfparams
  if (kdf === 'scrypt') {
    if (n === undefined || r === undefined || p === undefined)
      throw new RangeError('its scrypt parameters are missing')
    return scryptKey(passphrase, bytesOf(salt), dklen, { n, r, p })
  }
  if (c === undefined) throw new RangeError('its pbkdf2 parameters are missing')
  return promisify(pbkdf2)(Buffer.from(passphrase.normalize('NFKC')), bytesOf(salt), c, dklen, 'sha256')
}

/** First half of the key encrypts, second half proves that the passphrase is right. */
function macOf(key: Buffer, ciphertext: Buffer): Buffer {
  return Buffer.from(keccak256(concatBytes([key.subarray(16, 32), ciphertext]), 'bytes'))
}

/**
 * A private key as the text of a file. `scryptN` is the work of a guess: a power of two; the memory it takes is 1 KiB times it.
 * `randomBytes` gives salt and iv.
 */
export async function encryptKey({
  privateKey,
  passphrase,
  scryptN,
  randomBytes,
}: {
  privateKey: Hex
  passphrase: string
  scryptN: number
  randomBytes: (length: number) => Uint8Array
}): Promise<string> {
  const [salt, iv] = [Buffer.from(randomBytes(32)), Buffer.from(randomBytes(16))]
  const params = { n: scryptN, r: 8, p: 1 }
  const key = await scryptKey(passphrase, salt, 32, params)
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([cipher.update(hexToBytes(privateKey)), cipher.final()])
  const file = {
    version: 3,
    id: randomUUID(),
    address: privateKeyToAddress(privateKey).slice(2).toLowerCase(),
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams: { dklen: 32, ...params, salt: salt.toString('hex') },
      mac: macOf(key, ciphertext).toString('hex'),
    },
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Reads a key file without opening it. Throws SyntaxError or ZodError when it is none. */
export function parseKeyFile(text: string): SecretStorage {
  const value = JSON.parse(text) as Record<string, unknown>
  // Some programs write `Crypto`.
  return secretStorageSchema.parse({ ...value, crypto: value.crypto ?? value.Crypto })
}

/** The address that a key file says it is for. */
export function addressOf(file: SecretStorage): Address | undefined {
  const { address } = file
  return typeof address === 'string' && /^(0x)?[0-9a-fA-F]{40}$/.test(address)
    ? `0x${address.replace(/^0x/, '').toLowerCase()}`
    : undefined
}

/** The private key; undefined when the passphrase is not the right one. Throws RangeError on impossible parameters. */
export async function decryptKey(file: SecretStorage, passphrase: string): Promise<Hex | undefined> {
  const key = await deriveKey(file.crypto, passphrase)
  const ciphertext = bytesOf(file.crypto.ciphertext)
  const mac = bytesOf(file.crypto.mac)
  const expected = macOf(key, ciphertext)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return undefined
  const decipher = createDecipheriv('aes-128-ctr', key.subarray(0, 16), bytesOf(file.crypto.cipherparams.iv))
  return `0x${Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('hex')}`
}
