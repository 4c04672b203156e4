// A provider in a process of its own, so that a test can kill it. Its options come as JSON in PROVIDER_OPTIONS.
import { createLog } from '@sublet/service'
import { privateKeyToAccount } from 'viem/accounts'
import { type ProviderConfigInput, providerConfigSchema } from '../config.ts'
import { startProvider } from '../main.ts'
import { openRuntime } from '../runtime/open-runtime.ts'
import type { StartProviderOptions } from '../start-options.ts'
import { endlessOutput } from './endless-output.ts'

type Given = Omit<StartProviderOptions, 'account' | 'config' | 'addresses' | 'log'> & {
  privateKey: `0x${string}`
  config: ProviderConfigInput
  addresses: Omit<StartProviderOptions['addresses'], 'deployedAtBlock'> & { deployedAtBlock: string }
  /** Instead of what its instances say, this much output is there for whoever reads it. */
  outputBytes?: number
}

process.stdout.write('loaded\n')

const given = JSON.parse(process.env.PROVIDER_OPTIONS ?? '{}') as Given
const { privateKey, outputBytes, addresses, ...options } = given
const config = providerConfigSchema.parse(given.config)
const log = createLog({ name: 'provider', level: 'info' })
const { env, platform } = process
const provider = await startProvider({
  ...options,
  addresses: { ...addresses, deployedAtBlock: BigInt(addresses.deployedAtBlock) },
  account: privateKeyToAccount(privateKey),
  config,
  log,
  ...(outputBytes === undefined
    ? {}
    : {
        runtime: endlessOutput(outputBytes).instead(
          await openRuntime({ config, env, platform, ownMachine: true, log, now: Date.now }),
        ),
      }),
})
await provider.connected()
process.stdout.write('ready\n')
process.once('SIGTERM', () => {
  void provider.stop({ keepLeases: true }).then(() => process.exit(0))
})
