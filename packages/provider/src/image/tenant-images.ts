import { type Address, canonicalImage } from '@sublet/protocol'
import { inTime, type Sleep } from '../lease/patience.ts'
import { byDigest } from '../runtime/docker/image-reference.ts'
import type { ImageIdentity, PullOptions, Runtime } from '../runtime/runtime.ts'
import { bundledPrefix } from './bundled-images.ts'
import type { ImageAccess } from './image-access.ts'

/** An image that a tenant was given. */
export interface TakenImage {
  /** By which it was pulled or found: as the tenant wrote it, or by its digest where the name means another one here. */
  reference: string
  /** Which image it is, where the runtime tells. */
  digest: string | undefined
}

/** Images as tenants may use them. */
export interface TenantImages {
  /**
   * Makes sure that the image is here and that this tenant may use it. One that came with another tenant's password is
   * given only to who shows the registry a password that opens it, and one that the machine's owner has of their own to
   * nobody but the owner's tenants, unless a registry gives the same to everybody. Throws `image.unavailable`.
   */
  ensure(reference: string, tenant: Address, options?: PullOptions): Promise<TakenImage>
  /** Something that the provider itself fetched, so that it is not taken for its owner's. */
  noteFetched(reference: string): Promise<void>
  /** Of the images that are here, those that strangers may know of. */
  known(references: readonly string[]): string[]
}

export interface TenantImagesParts {
  runtime: Pick<Runtime, 'ensureImage' | 'identifyImage' | 'proveImage'>
  access: ImageAccess
  /** Whoever pulled what the provider fetched by itself. */
  provider: Address
  ownTenants: readonly Address[]
  /** References of the owner's own images that everybody may use. */
  ownImages: readonly string[]
  now: () => number
  sleep: Sleep
}

/** What a tag means is asked again after so long: registries count who asks them. */
const askAgainAfterMs = 10 * 60_000
/** A tenant whose image is here waits no longer for its registry. */
const mostAskMs = 2_000

export function createTenantImages(parts: TenantImagesParts): TenantImages {
  const { runtime, access, now, sleep } = parts
  const ownImages = new Set(parts.ownImages.map(canonicalImage))
  /** One after the other for each reference, so that nobody slips in between a pull and the word that it is private. */
  const turns = new Map<string, Promise<unknown>>()
  /** What registries said of tags that are here; undefined where they did not answer. */
  const answers = new Map<string, { digest: string | undefined; atMs: number }>()

  const isBundled = (reference: string) => reference.startsWith(bundledPrefix)
  const isOwners = ({ id }: ImageIdentity) => !access.isConfirmed([id])
  const mayUseOwners = (reference: string, tenant: Address) =>
    parts.ownTenants.includes(tenant) || ownImages.has(canonicalImage(reference))

  /** The image that a tag means at its registry now, or as far as is known here when that does not say. */
  async function current(reference: string, tenant: Address, options: PullOptions): Promise<string> {
    if (reference.includes('@') || isBundled(reference)) return reference
    const here = await runtime.identifyImage(reference)
    if (here === undefined) return reference
    // What the owner made lies under the name of their choice, whatever a registry has under it.
    if (isOwners(here) && mayUseOwners(reference, tenant)) return reference
    const digest = await askedOf(reference, options)
    // By its digest, so that the name goes on meaning what its owner has under it.
    return digest === undefined || digest === here.digest ? reference : byDigest(reference, digest)
  }

  async function askedOf(reference: string, { credentials }: PullOptions): Promise<string | undefined> {
    const key = `${canonicalImage(reference)} ${credentials === undefined}`
    const known = answers.get(key)
    if (known !== undefined && now() - known.atMs < askAgainAfterMs) return known.digest
    const note = (digest: string | undefined) => {
      answers.set(key, { digest, atMs: now() })
      return digest
    }
    // An answer that comes too late for this tenant is the next one's.
    const asked = runtime.proveImage(reference, credentials).then(note, () => note(undefined))
    const digest = await inTime({ sleep }, asked, mostAskMs)
    // Silence is noted too, so that the next tenant need not wait for it.
    if (answers.get(key) === known) note(undefined)
    return digest
  }

  /** All by which it is known that an image was given by its registry. */
  const namesOf = (reference: string, { id, digest }: ImageIdentity) => [
    ...new Set([reference, id, canonicalImage(reference), canonicalImage(byDigest(reference, digest))]),
  ]

  async function take(reference: string, tenant: Address, options: PullOptions): Promise<TakenImage> {
    const { credentials } = options
    const before = await runtime.identifyImage(reference)
    if (before === undefined) return await pull(reference, tenant, options)
    const taken = { reference, digest: before.digest }
    if (isBundled(reference)) return taken
    const owners = isOwners(before)
    if (owners && mayUseOwners(reference, tenant)) return taken
    const names = [reference, before.id]
    if ((!owners && !access.isPrivate(names)) || access.hasProved([before.id], tenant)) return taken
    const digest = await runtime.proveImage(reference, credentials)
    if (digest !== undefined && digest !== before.digest && !reference.includes('@')) {
      return await take(byDigest(reference, digest), tenant, options)
    }
    if (owners && credentials !== undefined) await access.markPrivate(names)
    await access.prove(namesOf(reference, before), tenant)
    return taken
  }

  async function pull(reference: string, tenant: Address, options: PullOptions): Promise<TakenImage> {
    const isPrivate = options.credentials !== undefined
    // Before the pull: a crash in the middle must not leave a private image that nobody knows to be one.
    if (isPrivate) await access.markPrivate([reference])
    await runtime.ensureImage(reference, options)
    const here = await runtime.identifyImage(reference)
    if (here === undefined) return { reference, digest: undefined }
    const names = [reference, here.id]
    if (isPrivate) await access.markPrivate(names)
    // Whoever pulled it without a password, or with one, could.
    await access.prove(namesOf(reference, here), tenant)
    return { reference, digest: here.digest }
  }

  return {
    async ensure(reference, tenant, options = {}) {
      const before = turns.get(reference) ?? Promise.resolve()
      const mine = before
        .catch(() => undefined)
        .then(async () => take(await current(reference, tenant, options), tenant, options))
      turns.set(reference, mine)
      try {
        return await mine
      } finally {
        if (turns.get(reference) === mine) turns.delete(reference)
      }
    },
    async noteFetched(reference) {
      const here = await runtime.identifyImage(reference)
      if (here !== undefined) await access.prove(namesOf(reference, here), parts.provider)
    },
    known: (references) =>
      references.filter(
        (reference) =>
          isBundled(reference) ||
          ownImages.has(canonicalImage(reference)) ||
          access.isConfirmed([canonicalImage(reference)]),
      ),
  }
}
