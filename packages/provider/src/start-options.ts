import type { NetworkAddresses } from '@sublet/contracts'
import type { Address, Hex } from '@sublet/protocol'
import type { Log, Metrics } from '@sublet/service'
import type { LocalAccount } from 'viem'
import type { ProviderConfig } from './config.ts'
import type { Sleep } from './lease/patience.ts'
import type { LeavingKeeper } from './leaving/leaving-keeper.ts'
import type { ProviderInvoice } from './metering/invoices.ts'
import type { ProviderStatus } from './owner/provider-status.ts'
import type { Runtime } from './runtime/runtime.ts'

export interface IndexerPlace {
  /** Where its tunnel port is. */
  host: string
  port: number
  address: Address
  /** Its HTTP API, where the market is read; without it prices cannot follow the market through this indexer. */
  url?: string | undefined
  /** Where it serves workloads by name; without it HTTP endpoints get no address through this indexer. */
  ingress?: { domain: string; port: number } | undefined
}

export interface StartProviderOptions {
  config: ProviderConfig
  log: Log
  metrics?: Metrics | undefined
  /** The provider's wallet: signs asks and agreements, pays gas. */
  account: LocalAccount
  /** X25519; the public half goes to the registry. The journal's manifests are encrypted under the private half. */
  sealKey: { publicKey: Hex; privateKey: Hex }
  rpcUrl: string
  addresses: NetworkAddresses
  /** PostgreSQL by URL, or an embedded one in a folder. The schema is `provider` unless named. */
  store: { url?: string | undefined; dataDir?: string | undefined; schema?: string | undefined }
  indexers: readonly IndexerPlace[]
  /** Opened already, for tests; otherwise the configuration says which. */
  runtime?: Runtime | undefined
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
  /** How it waits; by the real clock unless given. */
  sleep?: Sleep | undefined
}

export interface StopOptions {
  /** Containers run on and are taken over by the next start. */
  keepLeases: boolean
}

export interface StopReport {
  /** Leases that were to end and could not be settled in time: the next start goes on with them. */
  unsettled: number
}

export interface RunningProvider {
  address: Address
  runtime: string
  /** Why there is no container engine, where one was looked for. */
  runtimeLack?: { what: string; cure: string } | undefined
  status(): Promise<ProviderStatus>
  /** Plans for being away, kept over restarts: draining and maintenance windows. */
  leaving: Pick<LeavingKeeper, 'plan' | 'drain' | 'cancelDrain' | 'addWindow' | 'removeWindow'>
  /** What each lease has cost and earned, newest first. */
  invoices(): Promise<ProviderInvoice[]>
  /** Draws what leases have earned and moves the balance out of the escrow. Answers what was moved, token base units. */
  withdraw(): Promise<bigint>
  /** Resolves when a tunnel to each indexer stands. */
  connected(): Promise<void>
  stop(options: StopOptions): Promise<StopReport>
}
