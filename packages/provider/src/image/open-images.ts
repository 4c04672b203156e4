import type { Address, LeasePhase } from '@sublet/protocol'
import type { Log, Store } from '@sublet/service'
import type { ProviderConfig } from '../config.ts'
import type { Tables } from '../journal/tables.ts'
import type { LeaseRecord } from '../lease/lease-record.ts'
import type { Sleep } from '../lease/patience.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { createFetchAhead, type FetchAhead } from './ahead/fetch-ahead.ts'
import { createImageWishes } from './ahead/image-wishes.ts'
import { type CleanImagesParts, diskOf, imagesOf } from './clean-images.ts'
import { openImageAccess } from './image-access.ts'
import { createImageUses, type ImageUses } from './image-uses.ts'
import { createTenantImages, type TenantImages } from './tenant-images.ts'

/** The images on this machine. */
export interface Images {
  /** As tenants may use them. */
  ofTenants: TenantImages
  uses: ImageUses
  /** Those that come before a lease asks for them. */
  ahead: FetchAhead
  /** References that live leases need. */
  inUse: () => ReadonlySet<string>
  /** The disk on which they lie. */
  disk: CleanImagesParts['disk']
}

export async function openImages(parts: {
  store: Store<Tables>
  runtime: Runtime
  config: ProviderConfig
  provider: Address
  /** Of the live leases. */
  records: () => readonly LeaseRecord[]
  log: Log
  now: () => number
  sleep: Sleep
}): Promise<Images> {
  const { store, runtime, config, provider, records, log, now, sleep } = parts
  const ofTenants = createTenantImages({
    runtime,
    access: await openImageAccess(store),
    provider,
    ownTenants: config.ownTenants,
    ownImages: config.ownImages,
    now,
    sleep,
  })
  const uses = createImageUses(store)
  const inUse = () => imagesOf(records())
  const disk = () => diskOf(runtime.imageFolder ?? config.dataDir)
  const ahead = createFetchAhead({
    runtime,
    wishes: createImageWishes(store),
    uses,
    fetched: ofTenants.noteFetched,
    inUse,
    isBusy: () => records().some(({ status }) => isComingUp(status.phase)),
    disk,
    lowPercent: config.imageLowWaterPercent,
    budgetBytes: config.fetchAheadBytes,
    leastTenants: config.fetchAheadLeastTenants,
    log,
    now,
  })
  return { ofTenants, uses, ahead, inUse, disk }
}

/** While a lease is brought up, the line and the disk are its own. */
function isComingUp(phase: LeasePhase): boolean {
  return phase === 'accepted' || phase === 'pulling' || phase === 'starting'
}
