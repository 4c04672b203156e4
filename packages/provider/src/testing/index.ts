// biome-ignore-all lint/performance/noBarrelFile: the package's second entry, for benches and tests elsewhere

export { groupOf, httpPort, serviceOf } from './groups.ts'
export { type KillableProvider, killableScript, startKillable } from './killable-provider.ts'
export { startTestNetwork, type TestNetwork } from './test-network.ts'
export type { Tenant } from './test-tenant.ts'
