import { join } from 'node:path'

export function walletPlaces(dataDir: string) {
  const dir = join(dataDir, 'wallets')
  return { dir, passphraseFile: join(dir, 'passphrase') }
}
