/** AES-256-GCM with one key: 12 bytes of nonce, a tag of 16 bytes after the sealed ones. */
export interface Aead {
  /** The header as it is, the sealed bytes and the tag, in one piece that was filled once. */
  seal(nonce: Uint8Array, header: Uint8Array, plain: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** Throws when anything was altered. */
  open(nonce: Uint8Array, header: Uint8Array, sealed: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export const tagBytes = 16

/** As much of Node's crypto as is used here. */
interface NodeCipher {
  setAAD(header: Uint8Array): void
  update(bytes: Uint8Array): Uint8Array
  final(): Uint8Array
}
interface NodeCrypto {
  createCipheriv(name: string, key: Uint8Array, nonce: Uint8Array): NodeCipher & { getAuthTag(): Uint8Array }
  createDecipheriv(
    name: string,
    key: Uint8Array,
    nonce: Uint8Array,
  ): NodeCipher & { setAuthTag(tag: Uint8Array): void }
}

/**
 * Web Crypto, as everywhere; where Node's own cipher is to be had, that: the same bytes, without a turn of another thread
 * for each frame, which would cost a stream several times what the cipher does. `key` has 32 bytes.
 */
export async function createAead(key: Uint8Array): Promise<Aead> {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const node = process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined
  return node === undefined ? await webAead(key) : nodeAead(node, key)
}

export function nodeAead(crypto: NodeCrypto, key: Uint8Array): Aead {
  return {
    seal(nonce, header, plain) {
      const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce)
      cipher.setAAD(header)
      const piece = new Uint8Array(header.length + plain.length + tagBytes)
      piece.set(header)
      piece.set(cipher.update(plain), header.length)
      cipher.final()
      piece.set(cipher.getAuthTag(), header.length + plain.length)
      return piece
    },
    open(nonce, header, sealed) {
      const decipher = crypto.createDecipheriv('aes-256-gcm', key, nonce)
      decipher.setAAD(header)
      decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
      const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes))
      // Only this throws when something was altered: nothing may be used before.
      decipher.final()
      return new Uint8Array(plain.buffer, plain.byteOffset, plain.length)
    },
  }
}

/** What browsers' types ask of Web Crypto's inputs: bytes that are not shared between threads. */
type Bytes = Uint8Array<ArrayBuffer>

export async function webAead(key: Uint8Array): Promise<Aead> {
  const { subtle } = crypto
  const aesKey = await subtle.importKey('raw', key as Bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const params = (nonce: Uint8Array, header: Uint8Array) => ({
    name: 'AES-GCM',
    iv: nonce as Bytes,
    additionalData: header as Bytes,
    tagLength: 8 * tagBytes,
  })
  return {
    async seal(nonce, header, plain) {
      const sealed = await subtle.encrypt(params(nonce, header), aesKey, plain as Bytes)
      const piece = new Uint8Array(header.length + sealed.byteLength)
      piece.set(header)
      piece.set(new Uint8Array(sealed), header.length)
      return piece
    },
    open: async (nonce, header, sealed) =>
      new Uint8Array(await subtle.decrypt(params(nonce, header), aesKey, sealed as Bytes)),
  }
}
