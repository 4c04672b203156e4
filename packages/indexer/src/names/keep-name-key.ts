import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SubletError } from '@sublet/protocol'

const keyBytes = 32

/** The secret that keys in the store are sealed under: made once, beside the store and not in it, readable by its owner alone. */
export async function keepNameKey(folder: string): Promise<Buffer> {
  const file = join(folder, 'names.key')
  const kept = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (kept === undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(file, randomBytes(keyBytes), { mode: 0o600, flag: 'wx' })
    return await readFile(file)
  }
  if (kept.length === keyBytes) return kept
  throw new SubletError('config.invalid', `The key in ${file} is damaged.`, {
    hint: 'Restore it from a copy, or delete it together with the rows of own_names and acme_accounts: certificates are ordered anew.',
  })
}
