import type { Bid, Deployment, DeploymentGroup, LeasePhase, LeaseStatus } from '@sublet/protocol'
import { sampleAddress, sampleHex, sampleTenant, sampleToken } from './sample-market.ts'

export const sampleRatePerHour = 352_400n
export const sampleDeposit = 1_057_200n

export function sampleBid(provider: number, ratePerHour: bigint, nowMs: number, hardware: string[]): Bid {
  return {
    orderHash: sampleHex(7),
    provider: sampleAddress(provider),
    agreement: {
      tenant: sampleTenant,
      provider: sampleAddress(provider),
      indexer: sampleAddress(500),
      token: sampleToken,
      ratePerHour,
      deposit: ratePerHour * 3n,
      maxDuration: 0,
      indexerFeeBps: 100,
      termsHash: sampleHex(8),
      salt: sampleHex(9),
      startBy: Math.floor(nowMs / 1000) + 120,
    },
    providerSignature: sampleHex(10),
    hardware,
    region: 'eu-west',
    expiresAtMs: nowMs + 60_000,
  }
}

export function sampleLease(
  phase: LeasePhase,
  nowMs: number,
  changes: Partial<LeaseStatus> = {},
): LeaseStatus {
  return {
    leaseId: sampleHex(11),
    tenant: sampleTenant,
    provider: sampleAddress(1),
    deployment: 'hello',
    phase,
    message: '',
    ratePerHour: sampleRatePerHour,
    deposit: sampleDeposit,
    services: [],
    endpoints: [],
    phaseAtMs: { [phase]: nowMs },
    ...changes,
  }
}

export function sampleGroup(changes: Partial<DeploymentGroup> = {}): DeploymentGroup {
  return { name: 'default', bids: [], excluded: [], ...changes }
}

export function sampleDeployment(nowMs: number, changes: Partial<Deployment> = {}): Deployment {
  return {
    id: 'hello-1',
    name: 'hello',
    phase: 'ordering',
    message: 'Looking for bids.',
    groups: [sampleGroup()],
    createdAtMs: nowMs,
    timings: {},
    ...changes,
  }
}
