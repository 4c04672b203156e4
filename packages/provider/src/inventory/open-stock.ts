import { totalmem } from 'node:os'
import type { Holdings } from '../bid/holdings.ts'
import type { ProviderConfig } from '../config.ts'
import type { Fetches } from '../fetch/fetches.ts'
import type { TenantImages } from '../image/tenant-images.ts'
import type { Owner, Runtime } from '../runtime/runtime.ts'
import { createGpuReader } from './gpu-reader.ts'
import { measureMachine } from './measure-machine.ts'
import type { RunTool } from './run-tool.ts'
import { createStock, type Stock } from './stock.ts'

/** Measures what of this machine the configuration offers, for the first time. */
export async function openStock(parts: {
  config: ProviderConfig
  owner: Owner
  runtime: Runtime
  run: RunTool
  images: Pick<TenantImages, 'known'>
  fetches: Pick<Fetches, 'heldBytes'>
  holdings: Holdings
}): Promise<Stock> {
  const { config, owner, runtime, run, images, fetches, holdings } = parts
  const readGpus = createGpuReader({ run, platform: process.platform, machineMemoryBytes: totalmem() })
  // Without limits the engine's own folder is what leases fill.
  const filled = runtime.diskLimits === 'none' ? runtime.imageFolder : undefined
  const share = {
    ...config,
    storageFolders: { default: filled ?? config.dataDir, ...config.storageFolders },
  }
  return await createStock({
    measure: () => measureMachine(share, readGpus),
    runtime,
    images: async () => images.known(await runtime.images()),
    diskHeld: async () => [
      ...(await runtime.diskHeld(owner)),
      { class: 'default', heldBytes: await fetches.heldBytes() },
    ],
    holdings,
  })
}
