import { groupOf, serviceOf, type Tenant } from '@sublet/provider/testing'

/** A lease whose log is there to be read. */
export interface RentedLog {
  leaseId: string
  /** Reads all that the log has, line by line. Answers the megabytes a second. */
  readSpeed(): Promise<number>
  close(): Promise<void>
}

/** Rents one service and waits until its lease is active. */
export async function rentLog(tenant: Tenant, service: Parameters<typeof serviceOf>[0]): Promise<RentedLog> {
  const group = groupOf(serviceOf({ ...service, stopGraceMs: 0 }))
  const bid = await tenant.order(group)
  const { leaseId } = await tenant.provider.createLease(await tenant.manifest(bid, group))
  await tenant.until(leaseId, ({ phase }) => phase === 'active')
  return {
    leaseId,
    async readSpeed() {
      let bytes = 0
      const startedAt = performance.now()
      for await (const some of tenant.provider.logBatches(leaseId)) {
        for (const { text } of some) bytes += text.length + 1
      }
      return bytes / 1e3 / (performance.now() - startedAt)
    },
    async close() {
      await tenant.chain.closeLease(bid.agreement)
      await tenant.until(leaseId, ({ phase }) => phase === 'closed')
    },
  }
}
