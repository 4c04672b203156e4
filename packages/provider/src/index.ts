export { type ProviderConfig, type ProviderConfigInput, providerConfigSchema } from './config.ts'
export {
  type IndexerPlace,
  type ProviderStatus,
  providerVersion,
  type RunningProvider,
  type StartProviderOptions,
  type StopOptions,
  startProvider,
} from './main.ts'
