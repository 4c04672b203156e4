import { access, writeFile } from 'node:fs/promises'
import { isSubletError } from '@sublet/protocol'
import {
  defaultPrices,
  inspectMachine,
  type MachineReport,
  type ProposedPrice,
  proposePrices,
  readMarket,
} from '@sublet/provider'
import { makeFolder } from '@sublet/service'
import { type JoinFile, readJoinFile } from '../network/join-file.ts'
import { toJson } from '../output/output.ts'
import { layoutOf } from '../up/layout.ts'
import { providerFileIn } from './run-provider.ts'

const tokenDecimals = 6

export interface InitReport {
  report: MachineReport
  region: string
  /** The region is a guess from the time zone. */
  regionGuessed: boolean
  prices: ProposedPrice[]
  /** Why the prices are not the market's; absent where they are. */
  marketProblem?: string
  file: string
  /** False where settings were there already and were kept. */
  written: boolean
}

/**
 * Looks at the machine and writes settings with proposed prices, unless there are some already. Prices come from the
 * network whose join.json is named, or lies in the data folder, where it answers.
 */
export async function initProvider(options: {
  dataDir: string
  env: Readonly<Record<string, string | undefined>>
  region?: string | undefined
  /** Path of a join.json. */
  network?: string | undefined
  force?: boolean | undefined
}): Promise<InitReport> {
  const { dataDir, env, force = false } = options
  const layout = layoutOf(dataDir)
  await makeFolder(layout.provider)
  const network = await networkOf(options.network, layout.joinFile)
  const [report, market] = await Promise.all([
    inspectMachine({
      folder: layout.provider,
      env,
      platform: process.platform,
      dockerHost: env.SUBLET_DOCKER_HOST,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    }),
    network === undefined
      ? undefined
      : readMarket({
          indexerUrls: network.indexers.map(({ url }) => url),
          chainId: network.addresses.chainId,
          token: network.addresses.testDollar,
          nowMs: Date.now(),
        }).catch((error: unknown) => {
          if (isSubletError(error)) return error
          throw error
        }),
  ])
  const found = market === undefined || isSubletError(market) ? undefined : market
  const { prices, proposed } = proposePrices(
    defaultPrices(tokenDecimals),
    found,
    report.devices.map(({ model }) => model),
  )
  const region = options.region ?? report.guessedRegion ?? 'local'
  const file = providerFileIn(dataDir)
  const standing = await access(file).then(
    () => true,
    () => false,
  )
  if (!standing || force) await writeFile(file, `${toJson({ region, prices })}\n`, { mode: 0o600 })
  return {
    report,
    region,
    regionGuessed: options.region === undefined && report.guessedRegion !== undefined,
    prices: proposed,
    ...(found === undefined
      ? { marketProblem: isSubletError(market) ? market.message : 'No network was named.' }
      : {}),
    file,
    written: !standing || force,
  }
}

/** A network that is named must be there; the one in the data folder need not. */
async function networkOf(named: string | undefined, own: string): Promise<JoinFile | undefined> {
  return named === undefined ? readJoinFile(own).catch(() => undefined) : readJoinFile(named)
}
