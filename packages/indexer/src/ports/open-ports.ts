import type { Address } from '@sublet/protocol'
import type { Log, Metrics, Tunnel } from '@sublet/service'
import type { IndexerConfig } from '../config.ts'
import type { AtOnce } from '../limit/at-once.ts'
import { readPortRange } from './choose-port.ts'
import { createPortRelay, type PortRelay } from './port-relay.ts'

export interface PortsParts {
  config: IndexerConfig
  indexer: Address
  tunnelOf: (provider: Address) => Tunnel | undefined
  atOnce: AtOnce
  metrics: Metrics
  log: Log
  now: () => number
}

/** Builds the relay of TCP and UDP ports with its counts; undefined where the settings ask for none. */
export function openPorts(parts: PortsParts): PortRelay | undefined {
  const { config, metrics } = parts
  const range = config.relayPorts === undefined ? undefined : readPortRange(config.relayPorts)
  if (range === undefined) return undefined
  const opened = metrics.counter({
    name: 'relayed_connections_total',
    help: 'TCP connections and UDP clients taken for workloads',
    labels: ['protocol'],
  })
  const refused = metrics.counter({
    name: 'relayed_connections_refused_total',
    help: 'TCP connections refused because their address had too many',
  })
  const bytes = metrics.counter({
    name: 'relayed_bytes_total',
    help: 'Bytes of ended TCP connections and of UDP answers: in is towards workloads',
    labels: ['direction'],
  })
  return createPortRelay({
    ...parts,
    range,
    listenOn: config.host,
    // A name under the domain always leads here, the domain alone may not; of `localhost` only browsers know names below it.
    hostOf: ({ route }) =>
      config.ingressDomain === 'localhost' ? 'localhost' : `${route.label}.${config.ingressDomain}`,
    mostPerProvider: config.relayPortsEach,
    idleMs: config.relayIdleMs,
    counts: {
      opened: (protocol) => opened.inc({ protocol }),
      refused: () => refused.inc(),
      bytes: (direction, count) => bytes.inc({ direction }, count),
    },
  })
}
