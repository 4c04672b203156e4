// A provider in a process of its own, so that a test can kill it. Its options come as JSON in PROVIDER_OPTIONS.
import { createLog } from '@sublet/service'
import { privateKeyToAccount } from 'viem/accounts'
import { type ProviderConfigInput, providerConfigSchema } from '../config.ts'
import { startProvider } from '../main.ts'
import type { StartProviderOptions } from '../start-options.ts'

type Given = Omit<StartProviderOptions, 'account' | 'config' | 'addresses' | 'log'> & {
  privateKey: `0x${string}`
  config: ProviderConfigInput
  addresses: Omit<StartProviderOptions['addresses'], 'deployedAtBlock'> & { deployedAtBlock: string }
}

const given = JSON.parse(process.env.PROVIDER_OPTIONS ?? '{}') as Given
const { privateKey, config, addresses, ...options } = given
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
