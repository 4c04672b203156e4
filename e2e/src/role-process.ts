// One role in a process of its own, so that a test can kill it. What it is and its options come as JSON in SUBLET_ROLE.
import { indexerConfigSchema, startIndexer } from '@sublet/indexer'
import { providerConfigSchema, startProvider } from '@sublet/provider'
import { createLog } from '@sublet/service'
import { privateKeyToAccount } from 'viem/accounts'
import type { RoleOptions } from './killable-role.ts'

const given = JSON.parse(process.env.SUBLET_ROLE ?? '{}') as RoleOptions
const account = privateKeyToAccount(given.privateKey)
const addresses = { ...given.addresses, deployedAtBlock: BigInt(given.addresses.deployedAtBlock) }
const log = createLog({ name: given.role, level: 'debug' })

if (given.role === 'indexer') {
  await startIndexer({
    config: indexerConfigSchema.parse(given.config),
    log,
    account,
    addresses,
    chain: { rpcUrl: given.rpcUrl },
    store: { url: given.databaseUrl },
    dataDir: given.dataDir,
  })
} else {
  await startProvider({
    config: providerConfigSchema.parse({ ...given.config, dataDir: given.dataDir }),
    log,
    account,
    addresses,
    sealKey: given.sealKey,
    rpcUrl: given.rpcUrl,
    store: { url: given.databaseUrl },
    indexers: given.indexers,
  })
}
process.stdout.write('ready\n')
