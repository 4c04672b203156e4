import type { Address } from '@sublet/protocol'
import type { ChainClient, IndexerClient, OpenProvider, Signer, VoucherPayer } from '@sublet/sdk'
import type { Log } from '@sublet/service'
import type { Funding } from '../funding/funding.ts'
import type { RestoreVolumes } from '../snapshot/restore-volumes.ts'
import type { Journal } from './journal.ts'

/** What looking after deployments needs. */
export interface DeploymentParts {
  account: Signer
  chain: ChainClient
  indexers: readonly IndexerClient[]
  openProvider: OpenProvider
  funding: Funding
  vouchers: VoucherPayer
  journal: Journal
  /** Gives the next provider what the last snapshots of a deployment's volumes hold. */
  restoreVolumes: RestoreVolumes
  log: Log
  settings: DeploymentSettings
  /** A person's choice among the bids of one group. */
  pickOf(deploymentId: string, group: string, signal: AbortSignal): Promise<Address>
  /** Whether something answers at a workload's URL. */
  answers(url: string, signal: AbortSignal): Promise<boolean>
  /** Milliseconds since 1970. */
  now(): number
  random(bytes: number): Uint8Array
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

export interface DeploymentSettings {
  /** Seconds of service that a deposit or a top-up pays for. */
  depositSeconds: number
  /** Seconds that a provider has to be ready. */
  startWithinSeconds: number
  /** Whether running leases are topped up before their money ends. */
  topUp: boolean
  /** Milliseconds without a word from a running lease's provider before it is held to have failed. */
  providerSilenceMs: number
  /** Milliseconds that a provider has to close a lease before the controller does it on chain. */
  closeTimeoutMs: number
  /** Milliseconds after a restart during which nothing is given up. */
  patienceMs: number
}
