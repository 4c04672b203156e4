import { createVoucherPayer } from '@sublet/sdk'
import { createLog } from '@sublet/service'
import type { AMarket } from '../../../sdk/src/testing/a-market.ts'
import { createDeployments, type Deployments } from '../deployment/deployments.ts'
import type { Journal } from '../deployment/journal.ts'
import type { DeploymentSettings } from '../deployment/parts.ts'
import { createFunding } from '../funding/funding.ts'

export const quickSettings: DeploymentSettings = {
  depositSeconds: 3600,
  startWithinSeconds: 600,
  topUp: false,
  providerSilenceMs: 30_000,
  closeTimeoutMs: 1000,
  patienceMs: 60_000,
}

let salts = 0

/** The controller's heart on a market in memory. */
export function deploymentsOn(
  market: AMarket,
  journal: Journal,
  more: Partial<Parameters<typeof createDeployments>[0]> = {},
): Deployments {
  return createDeployments({
    account: market.tenant,
    chain: market.client,
    indexers: [market.indexer],
    openProvider: market.openProvider,
    funding: createFunding(market.client),
    vouchers: createVoucherPayer({
      account: market.tenant,
      chain: market.client,
      intervalSeconds: 30,
      collateralSeconds: quickSettings.depositSeconds,
      now: market.clock.now,
    }),
    journal,
    restoreVolumes: async () => {},
    log: createLog({ name: 'controller', level: 'silent' }),
    settings: quickSettings,
    answers: async () => true,
    now: market.clock.now,
    wait: market.clock.wait,
    random: (bytes) => {
      salts += 1
      const value = new Uint8Array(bytes)
      new DataView(value.buffer).setUint32(0, salts)
      return value
    },
    ...more,
  })
}

export const webFile = { source: 'name: web\nimage: example/web:1\nport: 8080\n', file: 'web.yaml' }
