import { join } from 'node:path'

/** Where everything of one embedded network lies. */
export function layoutOf(dataDir: string) {
  return {
    dataDir,
    lock: join(dataDir, 'up.lock'),
    chain: join(dataDir, 'chain'),
    database: join(dataDir, 'database'),
    wallets: join(dataDir, 'wallets'),
    passphrase: join(dataDir, 'wallets', 'passphrase'),
    indexer: join(dataDir, 'indexer'),
    provider: join(dataDir, 'provider'),
    sealKey: join(dataDir, 'provider', 'seal-key.json'),
    /** Tells another machine how to take part. */
    joinFile: join(dataDir, 'join.json'),
    token: join(dataDir, 'controller.token'),
    log: join(dataDir, 'up.log'),
  }
}
export type Layout = ReturnType<typeof layoutOf>
