import type { Group } from '@sublet/protocol'

const dollarsForCpu = 1n
const dollarsPerGpu = 5n

/**
 * The highest rate when nobody named one: 1 dollar an hour and 5 more for every GPU, in token base units per hour.
 * It bounds what a mistake can cost; the auction decides what is paid.
 */
export function defaultMaxRatePerHour(group: Group, tokenDecimals: number): bigint {
  const gpus = group.services.reduce(
    (sum, { resources, replicas }) => sum + (resources.gpu?.count ?? 0) * replicas,
    0,
  )
  return (dollarsForCpu + dollarsPerGpu * BigInt(gpus)) * 10n ** BigInt(tokenDecimals)
}
