export { type PackOptions, packPath } from './archive/pack-path.ts'
export { type Unpacked, type UnpackOptions, unpackArchive } from './archive/unpack-archive.ts'
export type { Bus, BusMessage, KeyValue, KvEntry, Payload, Subscription } from './bus/bus.ts'
export { openBus } from './bus/open-bus.ts'
export { type ChainConnection, connectChain } from './chain/connect-chain.ts'
export {
  type ChainEvents,
  type FollowEventsOptions,
  type Follower,
  followEvents,
} from './chain/follow-events.ts'
export {
  type ContractCall,
  createTransactionSender,
  type TransactionSender,
  type TransactionSenderOptions,
} from './chain/transaction-sender.ts'
export * from './config/config.ts'
export * from './config/config-file.ts'
export * from './config/setting.ts'
export { explainFolderError, makeFolder } from './folder/make-folder.ts'
export { type DatagramForwarder, openDatagramForwarder } from './forward/datagram-forwarder.ts'
export { framedDatagrams, framedPeer } from './forward/framed-peer.ts'
export { type End, endOf, splice } from './forward/splice.ts'
export { udpPeer } from './forward/udp-peer.ts'
export * from './http/http-server.ts'
export * from './http/listen.ts'
export * from './http/problem.ts'
export * from './http/readiness.ts'
export * from './http/send-events.ts'
export * from './http/send-lines.ts'
export * from './http/server.ts'
export type { StreamSource } from './http/stream-answer.ts'
export * from './keystore/keystore.ts'
export * from './keystore/passphrase.ts'
export * from './log/log.ts'
export * from './metrics/metrics.ts'
export * from './shutdown/shutdown.ts'
export { fastAccount, recoverSigner } from './signature/fast-secp256k1.ts'
export { type EmbeddedPostgres, startEmbeddedPostgres } from './store/embedded-postgres.ts'
export type { Migration } from './store/migrate.ts'
export * from './store/store.ts'
export * from './tasks/tasks.ts'
export { type AcceptTunnelsOptions, acceptTunnels, type TunnelListener } from './tunnel/accept.ts'
export { backoffMs } from './tunnel/backoff.ts'
export type { TunnelIdentity } from './tunnel/binding.ts'
export { keepCertificate, makeCertificate, type TunnelCertificate } from './tunnel/certificate.ts'
export {
  type DialledTunnel,
  type DialState,
  type DialTunnelOptions,
  dialTunnel,
  type TunnelConnection,
} from './tunnel/dial.ts'
export { createTunnelServer } from './tunnel/flow.ts'
export type { Tunnel, TunnelRequest, TunnelResponse } from './tunnel/tunnel.ts'
export type { TunnelLog } from './tunnel/tunnel-log.ts'
export { createVault, type Vault } from './vault/vault.ts'
