import { type KillableProvider, killableScript, startKillable } from '@sublet/provider/testing'
import { compiledScript } from './compiled-script.ts'

/** Once for all: a start that is measured has no compiling in it. */
let program: Promise<string[]> | undefined

/** Starts the network's provider in a process of its own, compiled as the product is. */
export async function startCompiled(
  ...[network, config, more]: Parameters<typeof startKillable>
): Promise<KillableProvider> {
  program ??= compiledScript(killableScript)
  return await startKillable(network, config, { ...more, program: await program })
}
