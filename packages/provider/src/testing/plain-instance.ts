import type { InstanceOwner, InstanceSpec } from '../runtime/runtime.ts'

/** An instance of the bundled image with limits that suit any machine, and nothing else of its own. */
export function plainInstance(owner: InstanceOwner): InstanceSpec {
  return {
    owner,
    image: 'sublet.local/hello:1',
    env: {},
    secretEnv: {},
    cpuMillis: 500,
    memoryBytes: 256 * 1024 * 1024,
    pidsLimit: 128,
    storageBytes: 64 * 1024 * 1024,
    gpuIds: [],
    mounts: [],
    files: [],
    aliases: [],
    ports: [],
    redirects: [],
    readOnlyRoot: false,
    stopGraceMs: 5_000,
  }
}
