import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generateSealKeyPair, SubletError } from '@sublet/protocol'
import { z } from 'zod'

const hex32 = z.string().regex(/^0x[0-9a-f]{64}$/)
const sealKeySchema = z.object({ publicKey: hex32, privateKey: hex32 })
type SealKey = Awaited<ReturnType<typeof generateSealKeyPair>>

/** The provider's X25519 key: made once, readable by its owner alone. Without it running leases cannot be spoken to. */
export async function keepSealKey(path: string): Promise<SealKey> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text !== undefined) {
    try {
      return sealKeySchema.parse(JSON.parse(text)) as SealKey
    } catch (cause) {
      throw new SubletError('config.invalid', `The key in ${path} is damaged.`, {
        hint: 'Restore it from a copy, or delete it: a new one is made, and leases under the old one are closed.',
        cause,
      })
    }
  }
  const made = await generateSealKeyPair()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, JSON.stringify(made), { mode: 0o600, flag: 'wx' })
  return made
}
