import type { Agreement, Group, Hex } from '@sublet/protocol'
import { createVoucherPayer, type VoucherPayer } from '@sublet/sdk'
import { type Tenant, voucherIntervalSeconds } from './test-tenant.ts'

/** A tenant's lease that is paid by vouchers for as long as nobody stops it. */
export interface VoucherLease {
  leaseId: Hex
  agreement: Agreement
  payer: VoucherPayer
  /** Signs nothing any more. */
  stopPaying(): Promise<void>
}

export function voucherPayerOf(tenant: Tenant): VoucherPayer {
  return createVoucherPayer({
    account: tenant.account,
    chain: tenant.chain,
    intervalSeconds: voucherIntervalSeconds,
    collateralSeconds: 600,
    now: Date.now,
  })
}

/** Funds the channel, rents, and answers every voucher that the lease asks for. */
export async function rentByVoucher(
  tenant: Tenant,
  group: Group,
  payer = voucherPayerOf(tenant),
): Promise<VoucherLease> {
  const bid = await tenant.order(group, { payment: 'voucher' })
  await payer.prepare(bid.agreement)
  const { leaseId } = await tenant.provider.createLease(await tenant.manifest(bid, group))
  return { leaseId, agreement: bid.agreement, payer, ...payOn(tenant, leaseId, bid.agreement, payer) }
}

/** Follows a lease and pays it; also through restarts of the provider. */
export function payOn(tenant: Tenant, leaseId: Hex, agreement: Agreement, payer: VoucherPayer) {
  const stopped = new AbortController()
  const { signal } = stopped
  const paying = (async () => {
    while (!signal.aborted) {
      try {
        for await (const status of tenant.provider.events(leaseId, { signal })) {
          await payer.answer(tenant.provider, agreement, status)
        }
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  })()
  return {
    async stopPaying() {
      stopped.abort()
      await paying
    },
  }
}
