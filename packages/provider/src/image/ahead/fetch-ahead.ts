import { canonicalImage, type Order } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { Runtime } from '../../runtime/runtime.ts'
import type { ImageUses } from '../image-uses.ts'
import { planAhead, wishLifeMs } from './choose-ahead.ts'
import type { ImageWishes } from './image-wishes.ts'

export interface FetchAheadParts {
  runtime: Pick<Runtime, 'ensureImage' | 'imageSizes' | 'removeImage' | 'canRun'>
  wishes: ImageWishes
  uses: Pick<ImageUses, 'all' | 'note' | 'forget'>
  /** Told of what was fetched. */
  fetched: (reference: string) => Promise<void>
  /** References that live leases need. */
  inUse: () => ReadonlySet<string>
  /** Whether a lease is being brought up: then the line and the disk are its own. */
  isBusy: () => boolean
  disk: () => Promise<{ totalBytes: number; freeBytes: number }>
  /** How full the cleaning of images leaves the disk, percent. */
  lowPercent: number
  /** 0 turns it off. */
  budgetBytes: number
  leastTenants: number
  log: Log
  now: () => number
}

/** What the owner is shown. */
export interface AheadStatus {
  budgetBytes: number
  images: { reference: string; sizeBytes: number }[]
  /** Leases that found their image here because of it, since the start. */
  hits: number
}

/** Fetches the images that the market asks for most, before a lease needs them. */
export interface FetchAhead {
  /** An order was seen, won or lost. */
  saw(order: Pick<Order, 'tenant' | 'units'>): void
  /** Fetches one image, or gives up what is too much. */
  step(): Promise<void>
  status(): AheadStatus
}

export function createFetchAhead(parts: FetchAheadParts): FetchAhead {
  const { runtime, wishes, uses, budgetBytes, log, now } = parts
  const failedAtMs = new Map<string, number>()
  let images: AheadStatus['images'] = []
  let hits = 0

  /** What is here, by the spelled-out reference: engines and tenants write one image in several ways. */
  async function look(): Promise<Map<string, { name: string; sizeBytes: number }>> {
    const sizes = await runtime.imageSizes()
    return new Map([...sizes].map(([name, sizeBytes]) => [canonicalImage(name), { name, sizeBytes }]))
  }
  const isInUse = (reference: string) => [...parts.inUse()].some((one) => canonicalImage(one) === reference)

  /** Those that nobody has used since; what a lease has used is an image like any other. */
  async function unused(here: Awaited<ReturnType<typeof look>>): Promise<AheadStatus['images']> {
    const [ahead, used] = await Promise.all([wishes.ahead(), uses.all()])
    const lastUsed = new Map([...used].map(([name, atMs]) => [canonicalImage(name), atMs]))
    const found: AheadStatus['images'] = []
    const settled: string[] = []
    for (const [reference, fetchedAtMs] of ahead) {
      const image = here.get(reference)
      const isUsed = isInUse(reference) || (lastUsed.get(reference) ?? 0) > fetchedAtMs
      if (isUsed) hits += 1
      if (isUsed || image === undefined) settled.push(reference)
      else found.push({ reference, sizeBytes: image.sizeBytes })
    }
    await wishes.forgetAhead(settled)
    return found
  }

  async function fetch(reference: string): Promise<void> {
    try {
      await runtime.ensureImage(reference)
      await parts.fetched(reference)
      const image = (await look()).get(reference)
      const atMs = now()
      // As any pulled image it is cleaned away once it was not needed for longest.
      await uses.note(image?.name ?? reference, { atMs, pulled: true })
      await wishes.noteAhead(reference, atMs)
      log.info({ image: reference }, 'an image was fetched ahead')
    } catch (error) {
      // Private ones among them: whoever leases brings the password.
      failedAtMs.set(reference, now())
      log.debug({ err: error, image: reference }, 'an image could not be fetched ahead')
    }
  }

  async function giveUp(reference: string, name: string): Promise<void> {
    // A lease may have come for it meanwhile.
    if (isInUse(reference) || !(await runtime.removeImage(name))) return
    // It would only be fetched and given up again.
    failedAtMs.set(reference, now())
    await uses.forget(name)
    await wishes.forgetAhead([reference])
    log.info({ image: reference }, 'an image fetched ahead was given up, as there is too much of them')
  }

  return {
    saw({ tenant, units }) {
      if (budgetBytes === 0) return
      const askedAtMs = now()
      const wanted = [...new Set(units.map(({ image }) => image))].filter(runtime.canRun)
      const noted = wanted.map((image) => ({ reference: canonicalImage(image), tenant, askedAtMs }))
      wishes.note(noted).catch((err: unknown) => log.warn({ err }, 'what the market asks for was not noted'))
    },
    async step() {
      if (budgetBytes === 0 || parts.isBusy()) return
      await wishes.forgetBefore(now() - wishLifeMs)
      const here = await look()
      images = await unused(here)
      const { totalBytes, freeBytes } = await parts.disk()
      const plan = planAhead({
        wishes: await wishes.all(),
        here: new Set(here.keys()),
        ahead: images,
        failedAtMs,
        budgetBytes,
        roomBytes: Math.floor((totalBytes * parts.lowPercent) / 100) - (totalBytes - freeBytes),
        leastTenants: parts.leastTenants,
        nowMs: now(),
      })
      for (const reference of plan.remove) {
        const image = here.get(reference)
        if (image !== undefined) await giveUp(reference, image.name)
      }
      if (plan.fetch !== undefined && !parts.isBusy()) await fetch(plan.fetch)
      images = await unused(await look())
    },
    status: () => ({ budgetBytes, images: [...images], hits }),
  }
}
