import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils'

/** As much of Node's crypto as is used here. */
interface NodeCrypto {
  hash(name: 'sha256', text: string, encoding: 'hex'): string
}

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal: Node's own where it is to be had, as it is several times faster. */
export const sha256Hex: (text: string) => string = nodeSha256Hex() ?? portableSha256Hex

export function portableSha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}

function nodeSha256Hex(): ((text: string) => string) | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const node = process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined
  return node === undefined ? undefined : (text) => node.hash('sha256', text, 'hex')
}
