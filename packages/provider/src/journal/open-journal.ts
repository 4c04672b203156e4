import type { Hex } from '@sublet/protocol'
import { createVault, type Log, openStore, type Store } from '@sublet/service'
import type { StartProviderOptions } from '../start-options.ts'
import { createJournal, type Journal } from './journal.ts'
import { migrations, type Tables } from './tables.ts'

/** Opens the database that a provider has to itself, and the journal in it, whose manifests only its own key opens. */
export async function openJournal(parts: {
  place: StartProviderOptions['store']
  sealKey: { privateKey: Hex }
  log: Log
  now: () => number
}): Promise<{ store: Store<Tables>; journal: Journal }> {
  const { place, sealKey, log, now } = parts
  const store = await openStore<Tables>({
    url: place.url,
    dataDir: place.dataDir,
    schema: place.schema ?? 'provider',
    alone: true,
    migrations,
    log,
  })
  const vault = createVault(Buffer.from(sealKey.privateKey.slice(2), 'hex'), {
    purpose: 'provider journal 1',
    hint: "Start the provider with the wallet it was set up with, or move its data folder's database away.",
  })
  return { store, journal: createJournal(store, vault, now) }
}
