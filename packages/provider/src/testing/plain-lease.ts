import type { Agreement, Hex, LeaseStatus } from '@sublet/protocol'
import type { Allocation } from '../bid/allocate.ts'
import type { LeaseRecord } from '../lease/lease-record.ts'

const address = `0x${'0a'.repeat(20)}` as const
const hash = `0x${'01'.repeat(32)}` as const

export const plainAllocation: Allocation = {
  claim: { cpuMillis: 500, memoryBytes: 1, storageBytes: {}, gpuIds: [], ips: 0 },
  gpus: {},
  hardware: [],
}

/** A lease as the journal has it, without a manifest. */
export function plainLease(
  leaseId: Hex,
  { status = {}, agreement = {} }: { status?: Partial<LeaseStatus>; agreement?: Partial<Agreement> } = {},
): LeaseRecord {
  const terms: Agreement = {
    tenant: address,
    provider: address,
    indexer: address,
    token: address,
    ratePerHour: 3_600n,
    deposit: 3_600n,
    maxDuration: 0,
    indexerFeeBps: 0,
    termsHash: hash,
    salt: hash,
    startBy: 1_800_000_000,
    ...agreement,
  }
  return {
    leaseId,
    agreement: terms,
    tenantSignature: '0x',
    providerSignature: '0x',
    allocation: plainAllocation,
    status: {
      leaseId,
      tenant: terms.tenant,
      provider: terms.provider,
      deployment: 'test',
      phase: 'accepted',
      message: '',
      ratePerHour: terms.ratePerHour,
      deposit: terms.deposit,
      services: [],
      endpoints: [],
      phaseAtMs: {},
      ...status,
    },
  }
}
