// biome-ignore-all lint/performance/noBarrelFile: the package's second entry, for what a browser cannot run
export { type AdoptedAnvil, type AdoptOptions, adoptOrStartAnvil } from './anvil/adopt-or-start-anvil.ts'
export { anvilBinary } from './anvil/anvil-binary.ts'
export { type RunningAnvil, type StartAnvilOptions, startAnvil } from './anvil/start-anvil.ts'
export { readNetworkAddresses, writeNetworkAddresses } from './deploy/network-file.ts'
