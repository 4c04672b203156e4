// A provider in a process of its own, so that a test can kill it. Its options come as JSON in PROVIDER_OPTIONS.
import { createLog } from '@sublet/service'
import { privateKeyToAccount } from 'viem/accounts'
import { providerConfigSchema } from '../config.ts'
import { startProvider } from '../main.ts'

const { privateKey, config, addresses, ...options } = JSON.parse(process.env.PROVIDER_OPTIONS ?? '{}')
const provider = await startProvider({
  ...options,
  addresses: { ...addresses, deployedAtBlock: BigInt(addresses.deployedAtBlock) },
  account: privateKeyToAccount(privateKey),
  config: providerConfigSchema.parse(config),
  log: createLog({ name: 'provider', level: 'info' }),
})
await provider.connected()
process.stdout.write('ready\n')
process.once('SIGTERM', () => {
  void provider.stop({ keepLeases: true }).then(() => process.exit(0))
})
