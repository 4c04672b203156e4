import type Docker from 'dockerode'
import type { InstanceUsage } from '../runtime.ts'

/** What one answer of the engine's `stats` says, with either version of control groups. */
export function usageIn(stats: Docker.ContainerStats): InstanceUsage {
  const interfaces = Object.values(stats.networks ?? {})
  const memory = stats.memory_stats
  const details = (memory?.stats ?? {}) as { total_inactive_file?: number; inactive_file?: number }
  // Pages of files that may be dropped at any moment are not the workload's need; `docker stats` counts so too.
  const cached = details.total_inactive_file ?? details.inactive_file ?? 0
  const used = memory?.usage ?? 0
  const moved = stats.blkio_stats?.io_service_bytes_recursive as { op: string; value: number }[] | null
  const moving = (op: string) =>
    (moved ?? []).reduce((sum, entry) => sum + (entry.op.toLowerCase() === op ? entry.value : 0), 0)
  const processes = stats.pids_stats?.current
  return {
    cpuMs: Math.round((stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e6),
    memoryBytes: cached < used ? used - cached : used,
    receivedBytes: interfaces.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    sentBytes: interfaces.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
    readBytes: moving('read'),
    writtenBytes: moving('write'),
    ...(processes === undefined ? {} : { processes }),
  }
}
