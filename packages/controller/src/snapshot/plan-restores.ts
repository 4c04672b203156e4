import { type Group, type KeptVolume, ownVolumeName, type SnapshotPlace } from '@sublet/protocol'

/** Where the last snapshot of a deployment's volume lies. */
export interface Snapshot {
  /** Name of the deployment. */
  deployment: string
  /** As providers name it. */
  volume: string
  place: SnapshotPlace
  /** Milliseconds since 1970. */
  takenAtMs: number
}

/** What providers call the volumes of a group that outlive its leases. */
export function persistentVolumes({ services }: Group): string[] {
  const names = services.flatMap(({ name, replicas, resources }) =>
    resources.volumes
      .filter(({ persistent }) => persistent)
      .flatMap((volume) =>
        volume.shared === true
          ? [volume.name]
          : Array.from({ length: replicas }, (_, replica) => ownVolumeName(name, replica, volume.name)),
      ),
  )
  return [...new Set(names)]
}

/**
 * Which snapshots a provider is to be given before a lease of the deployment starts there. A volume that it keeps from a lease
 * before stays as it is: it may hold what no snapshot does.
 */
export function planRestores(
  deployment: string,
  group: Group,
  snapshots: readonly Snapshot[],
  kept: readonly Pick<KeptVolume, 'deployment' | 'volume'>[],
): Snapshot[] {
  const here = new Set(kept.filter((one) => one.deployment === deployment).map(({ volume }) => volume))
  return persistentVolumes(group).flatMap((volume) => {
    if (here.has(volume)) return []
    const [last] = snapshots
      .filter((one) => one.deployment === deployment && one.volume === volume)
      .sort((a, b) => b.takenAtMs - a.takenAtMs)
    return last === undefined ? [] : [last]
  })
}
