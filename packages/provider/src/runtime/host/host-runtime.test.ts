import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBundledImages } from '../../image/bundled-images.ts'
import { describeRuntime } from '../runtime.contract.ts'
import { createHostRuntime, hostImage } from './host-runtime.ts'

describeRuntime(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-host-'))
  const open = () =>
    createHostRuntime({
      folder,
      bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
      platform: process.platform,
      baseEnv: { PATH: process.env.PATH ?? '' },
      now: () => Date.now(),
    })
  return {
    runtime: open(),
    reopen: async () => open(),
    image: hostImage,
    nodePath: process.execPath,
    close: () => rm(folder, { recursive: true, force: true }),
  }
})
