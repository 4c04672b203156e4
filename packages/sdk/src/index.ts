export type { ChainClient } from './chain/chain-client.ts'
export type { ChainLease, ChainLeaseMoney, LeaseOpening, Settlement } from './chain/chain-lease.ts'
export type { ChainNode } from './chain/chain-node.ts'
export { type ChainClientOptions, createChainClient } from './chain/create-chain-client.ts'
export { explainChainError } from './chain/explain-chain-error.ts'
export type { VoucherChannels } from './chain/voucher-channels.ts'
export {
  type EndpointRequest,
  type EndpointResponse,
  requestEndpoint,
} from './endpoint/request-endpoint.ts'
export { fetchTransport } from './http/fetch-transport.ts'
export { createNodeTransport } from './http/node-transport.ts'
export type { Transport, TransportRequest, TransportResponse } from './http/transport.ts'
export {
  type AskQuery,
  createIndexerClient,
  type IndexerClient,
  type IndexerInfo,
  type ListedProvider,
} from './indexer/create-indexer-client.ts'
export {
  createProviderClient,
  type LogQuery,
  type ProviderClient,
  type ProviderClientOptions,
  type StatsQuery,
} from './provider/create-provider-client.ts'
export type { ExecOptions, ExecSession } from './provider/exec.ts'
export type { FilePlace, LeaseFiles } from './provider/files.ts'
export { type FollowOptions, followLease, isPassing } from './provider/follow-lease.ts'
export {
  createProviderOpener,
  type OpenProvider,
  type OpenProviderOptions,
  type ProviderTarget,
} from './provider/open-provider.ts'
export {
  createSessionKeeper,
  type SessionKeeper,
  type SessionKeeperOptions,
  type Signer,
} from './provider/session-keeper.ts'
export { snapshotKeyOf, type TenantVolumes } from './provider/volumes.ts'
export { objectionTo } from './rent/check-bid.ts'
export { closeByProvider, closePatienceMs } from './rent/close-by-provider.ts'
export { type Choice, type ChoiceState, decideChoice } from './rent/decide-choice.ts'
export { defaultMaxRatePerHour } from './rent/default-rate.ts'
export { lapseError } from './rent/lapse-error.ts'
export { type MarketAnswer, noMatchError } from './rent/no-match-error.ts'
export {
  depositSecondsFor,
  maxRateOf,
  type RentChain,
  type RentParameters,
  randomSalt,
  rent,
} from './rent/rent.ts'
export type { RentEvent, Rented } from './rent/rent-event.ts'
export { costAt, signSettlement } from './rent/sign-settlement.ts'
export { type Channel, createChannel } from './stream/channel.ts'
export { wait } from './stream/wait.ts'
export {
  createTenant,
  type RentOptions,
  type Tenant,
  type TenantLease,
  type TenantOptions,
} from './tenant/create-tenant.ts'
export {
  createVoucherPayer,
  type VoucherPayer,
  type VoucherPayerOptions,
} from './voucher/create-voucher-payer.ts'
