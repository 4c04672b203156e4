// biome-ignore-all lint/performance/noBarrelFile: the package's second entry, for benches and tests elsewhere

export { groupOf, httpPort, serviceOf } from './groups.ts'
export { type KillableProvider, killableScript, startKillable } from './killable-provider.ts'
export { startTestNetwork, type Tenant, type TestNetwork } from './test-network.ts'
