import { dollars, instantWords, perHour, sizeWords } from '@sublet/protocol'
import type { ProviderStatus } from '@sublet/provider'
import { table } from '../output/output.ts'
import type { Wire } from './wire.ts'

type Status = Wire<ProviderStatus>

/** What a provider says of itself, in text: the facts, then a table for each kind of thing that there is. */
export function describeStatus(status: Status): string {
  const away = status.indexers.filter((indexer) => !indexer.connected)
  const lines = [
    `provider   ${status.address}  ${status.runtime}${status.draining ? '  (takes no new leases)' : ''}`,
    `indexers   ${status.indexers.length - away.length} of ${status.indexers.length} connected`,
    `cores      ${status.used.cpuMillis / 1000} of ${status.total.cpuMillis / 1000} rented`,
    `memory     ${sizeWords(status.used.memoryBytes)} of ${sizeWords(status.total.memoryBytes)} rented`,
    `devices    ${status.used.devices} of ${status.total.devices} rented`,
    `earning    ${perHour(BigInt(status.earnings.ratePerHour))}, ${dollars(BigInt(status.earnings.today))} today, ${dollars(BigInt(status.earnings.total))} in all, before fees`,
    `balance    ${dollars(BigInt(status.balance))} in the escrow`,
    ...plansOf(status.leaving).map((plan) => `leaving    ${plan}`),
    ...status.mended.map(
      ({ atMs, leaseId, message }) => `mended     ${instantWords(atMs)}  ${leaseId.slice(0, 12)}: ${message}`,
    ),
    ...status.problems.map((problem) => `look at    ${problem}`),
  ]
  const tables = [devicesTable(status), leasesTable(status), volumesTable(status), imagesTable(status)]
  return [lines.join('\n'), ...tables.filter((text) => text !== undefined)].join('\n\n')
}

function plansOf({ drain, windows }: Status['leaving']): string[] {
  const drained =
    drain === undefined
      ? []
      : [
          drain.byMs === undefined
            ? 'no new leases; those that run end by themselves'
            : `no new leases; the last one is gone by ${instantWords(drain.byMs)}`,
        ]
  return [
    ...drained,
    ...windows.map(
      ({ fromMs, untilMs, reason }) =>
        `away from ${instantWords(fromMs)} until ${instantWords(untilMs)}: ${reason}`,
    ),
  ]
}

function devicesTable({ devices }: Status): string | undefined {
  if (devices.length === 0) return undefined
  return table(
    ['DEVICE', 'MODEL', 'MEMORY', 'STATE'],
    devices.map(({ id, model, memoryBytes, leased, withheld }) => [
      id,
      model,
      sizeWords(memoryBytes),
      withheld ?? (leased ? 'leased' : 'free'),
    ]),
  )
}

function leasesTable({ leases }: Status): string | undefined {
  if (leases.length === 0) return undefined
  return table(
    ['LEASE', 'DEPLOYMENT', 'STATE', 'RATE'],
    leases.map(({ leaseId, deployment, phase, ratePerHour }) => [
      leaseId.slice(0, 12),
      deployment,
      phase,
      perHour(BigInt(ratePerHour)),
    ]),
  )
}

function volumesTable({ volumes }: Status): string | undefined {
  if (volumes.length === 0) return undefined
  return table(
    ['VOLUME', 'DEPLOYMENT', 'TENANT', 'STATE'],
    volumes.map((volume) => [volume.volume, volume.deployment, volume.tenant, volumeState(volume)]),
  )
}

function imagesTable({ imagesAhead: { images } }: Status): string | undefined {
  if (images.length === 0) return undefined
  return table(
    ['IMAGE FETCHED AHEAD', 'SIZE'],
    images.map(({ reference, sizeBytes }) => [reference, sizeWords(sizeBytes)]),
  )
}

/** Whether a lease holds a volume, or until when it is kept for the next one. */
export function volumeState({
  inUse,
  keptUntilMs,
}: {
  inUse: boolean
  keptUntilMs?: number | undefined
}): string {
  return inUse ? 'in use' : `kept until ${instantWords(keptUntilMs ?? 0)}`
}
