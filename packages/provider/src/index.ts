export { type ProviderConfig, type ProviderConfigInput, providerConfigSchema } from './config.ts'
export type { Finding } from './machine/findings.ts'
export { type InspectOptions, inspectMachine, type MachineReport } from './machine/inspect-machine.ts'
export {
  type IndexerPlace,
  type ProviderStatus,
  type RunningProvider,
  type StartProviderOptions,
  type StopOptions,
  startProvider,
} from './main.ts'
export { defaultPrices } from './pricing/default-prices.ts'
export { providerVersion } from './version.ts'
