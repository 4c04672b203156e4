import type { GpuFigures } from '../figures/gpu-figures.ts'
import type { Leases } from '../lease/leases.ts'
import type { Sleep } from '../lease/patience.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { LeaseTimeline } from '../timeline/lease-timeline.ts'
import type { Volumes } from '../volume/volumes.ts'
import type { VoucherDesk } from '../voucher/voucher-desk.ts'

/** What answering sealed requests takes. */
export interface SealedParts {
  leases: Leases
  runtime: Runtime
  timeline: LeaseTimeline
  gpus: GpuFigures
  volumes: Volumes
  vouchers: Pick<VoucherDesk, 'take'>
  sleep: Sleep
  now: () => number
}
