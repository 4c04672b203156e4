import { access, mkdir, writeFile } from 'node:fs/promises'
import { defaultPrices, inspectMachine, type MachineReport } from '@sublet/provider'
import { toJson } from '../output/output.ts'
import { layoutOf } from '../up/layout.ts'
import { providerFileIn } from './run-provider.ts'

const tokenDecimals = 6

export interface InitReport {
  report: MachineReport
  file: string
  /** False where settings were there already and were kept. */
  written: boolean
}

/** Looks at the machine and writes settings with proposed prices, unless there are some already. */
export async function initProvider(options: {
  dataDir: string
  env: Readonly<Record<string, string | undefined>>
  region: string
  force?: boolean
}): Promise<InitReport> {
  const { dataDir, env, region, force = false } = options
  const folder = layoutOf(dataDir).provider
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const report = await inspectMachine({
    folder,
    env,
    platform: process.platform,
    dockerHost: env.SUBLET_DOCKER_HOST,
  })
  const file = providerFileIn(dataDir)
  const standing = await access(file).then(
    () => true,
    () => false,
  )
  if (!standing || force) {
    await writeFile(file, `${toJson({ region, prices: defaultPrices(tokenDecimals) })}\n`, { mode: 0o600 })
  }
  return { report, file, written: !standing || force }
}
