import { isSubletError } from '@sublet/protocol'
import { createWallet, findPassphrase, keepPassphrase, openWallet } from '@sublet/service'
import type { LocalAccount } from 'viem'
import { walletPlaces } from './wallet-places.ts'

/** Whose wallet: the machine owner's as a tenant, and one for each role that signs. */
export type WalletName = 'tenant' | 'provider' | 'indexer'

/** The passphrase that was given, set, or kept beside development wallets; undefined where there is none. */
export function passphraseOf(dataDir: string): Promise<string | undefined> {
  return findPassphrase({ env: process.env, file: walletPlaces(dataDir).passphraseFile })
}

/**
 * Opens a role's wallet, or makes it first. Without `SUBLET_PASSPHRASE` the passphrase is random and kept beside the
 * wallets, readable by their owner alone: enough for a network of one's own, not for real money.
 */
export async function openOrCreateWallet(dataDir: string, name: WalletName): Promise<LocalAccount> {
  const { dir, passphraseFile } = walletPlaces(dataDir)
  const given = await findPassphrase({ env: process.env })
  const passphrase = given ?? (await keepPassphrase(passphraseFile))
  try {
    return await openWallet({ dir, name, passphrase })
  } catch (error) {
    if (!isSubletError(error, 'wallet.missing')) throw error
    return createWallet({ dir, name, passphrase, passphraseKind: given === undefined ? 'machine' : 'person' })
  }
}
