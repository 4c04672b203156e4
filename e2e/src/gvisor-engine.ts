import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OwnEngine, startOwnEngine } from './own-engine.ts'

/** As the engine calls it. */
export const gvisorRuntime = 'runsc'

/** As runsc is called: engines pass no options of their own to a runtime that is added by its path. */
const script = `#!/bin/sh
# In the container's own network, by the machine's code: Debian's runsc takes every network of newer kernels for the machine's.
exec runsc --platform=ptrace --network=host "$@"
`

/** An engine of a test's own that has gVisor beside its usual runtime. */
export async function startGvisorEngine(): Promise<OwnEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-gvisor-'))
  const program = join(folder, gvisorRuntime)
  await writeFile(program, script, { mode: 0o755 })
  const engine = await startOwnEngine({ liveRestore: false, runtimes: { [gvisorRuntime]: program } })
  return {
    ...engine,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
