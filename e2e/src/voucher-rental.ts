import { type Group, isEnded, type LeaseStatus, type Workload } from '@sublet/protocol'
import {
  createVoucherPayer,
  type ProviderClient,
  type RentEvent,
  rent,
  type Tenant,
  type VoucherPayer,
} from '@sublet/sdk'
import { eventually } from '@sublet/testing/sublet-process'
import type { LocalAccount } from 'viem'

/** A lease that vouchers pay for as long as it lives: nothing of it is on chain. */
export interface VoucherRental {
  provider: ProviderClient
  /** Asks for its end and waits for it. */
  close(): Promise<LeaseStatus>
}

const intervalSeconds = 5

export function voucherPayerOf(tenant: Tenant, account: LocalAccount): VoucherPayer {
  return createVoucherPayer({
    account,
    chain: tenant.chain,
    intervalSeconds,
    collateralSeconds: 600,
    async provide(amount, use) {
      await tenant.chain.deposit(amount)
      await use()
    },
    now: Date.now,
  })
}

/** Rents, and answers every voucher that the provider asks for, also after it was away. */
export async function rentByVouchers(parts: {
  tenant: Tenant
  account: LocalAccount
  payer: VoucherPayer
  workload: Workload
  maxRatePerHour: bigint
  startWithinSeconds: number
  onEvent: (event: RentEvent) => void
}): Promise<VoucherRental> {
  const { tenant, payer, onEvent, ...more } = parts
  const renting = rent({
    ...more,
    ...tenant,
    group: parts.workload.groups[0] as Group,
    vouchers: payer,
    now: Date.now,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  })
  let step = await renting.next()
  for (; step.done !== true; step = await renting.next()) onEvent(step.value)
  const { bid, lease, relayUrl } = step.value
  const { leaseId } = lease
  const provider = await tenant.openProvider({ provider: bid.provider, relayUrl })
  const paying = (async () => {
    for (let last = lease; !isEnded(last.phase); ) {
      try {
        for await (const status of provider.events(leaseId)) {
          last = status
          await payer.answer(provider, bid.agreement, status)
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  })()
  return {
    provider,
    async close() {
      const closed = await eventually(
        'the lease closes',
        async () => {
          const asked = await provider.close(leaseId)
          return isEnded(asked.phase) ? asked : undefined
        },
        60_000,
      )
      await paying
      return closed
    },
  }
}
