/** As `docker info` tells them, by name. */
export type EngineRuntimes = Readonly<Record<string, { path?: string; runtimeType?: string }>>

const program = 'runsc'
const shim = 'io.containerd.runsc.v1'

/**
 * Which of the engine's runtimes is gVisor; undefined where none is. Podman lists every runtime that it has heard of,
 * there or not, so of it only the owner's word counts.
 *
 * @param named the owner's word, for one whose program has another name. It must be there.
 */
export function gvisorIn(
  engine: 'docker' | 'podman',
  runtimes: EngineRuntimes,
  named: string | undefined,
): string | undefined {
  if (named !== undefined) return named in runtimes ? named : undefined
  if (engine === 'podman') return undefined
  return Object.entries(runtimes).find(
    ([, { path, runtimeType }]) => path?.split('/').at(-1) === program || runtimeType === shim,
  )?.[0]
}
