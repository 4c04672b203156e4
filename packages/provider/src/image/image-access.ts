import type { Migration, Store } from '@sublet/service'

export interface ImageAccessTables {
  private_images: {
    /** A reference as it was pulled, or an image's own id. */
    name: string
  }
  image_proofs: {
    name: string
    /** Whose right to pull it the registry confirmed. */
    tenant: string
  }
}

export const imageAccessMigration: Migration = {
  name: '006-private-images',
  sql: `
    create table private_images (name text primary key);
    create table image_proofs (name text, tenant text, primary key (name, tenant));
  `,
}

/** Which images came with somebody's password, and who has shown a right to them. Outlives the provider's process. */
export interface ImageAccess {
  isPrivate(names: readonly string[]): boolean
  hasProved(names: readonly string[], tenant: string): boolean
  /** Whether a registry gave or confirmed it to anybody: what it did not is its owner's own. */
  isConfirmed(names: readonly string[]): boolean
  /** Settles once it is on the disk. */
  markPrivate(names: readonly string[]): Promise<void>
  /** The registry confirmed it. */
  prove(names: readonly string[], tenant: string): Promise<void>
}

/** Reads what is known; afterwards only changes go to the database. */
export async function openImageAccess<T extends ImageAccessTables>(store: Store<T>): Promise<ImageAccess> {
  const { db } = store as unknown as Store<ImageAccessTables>
  const [images, proofs] = await Promise.all([
    db.selectFrom('private_images').select('name').execute(),
    db.selectFrom('image_proofs').selectAll().execute(),
  ])
  const known = new Set(images.map(({ name }) => name))
  const proved = new Set(proofs.map(({ name, tenant }) => keyOf(name, tenant)))
  const confirmed = new Set(proofs.map(({ name }) => name))
  return {
    isPrivate: (names) => names.some((name) => known.has(name)),
    hasProved: (names, tenant) => names.some((name) => proved.has(keyOf(name, tenant))),
    isConfirmed: (names) => names.some((name) => confirmed.has(name)),
    async markPrivate(names) {
      const fresh = names.filter((name) => !known.has(name))
      if (fresh.length === 0) return
      await db
        .insertInto('private_images')
        .values(fresh.map((name) => ({ name })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      for (const name of fresh) known.add(name)
    },
    async prove(names, tenant) {
      await db
        .insertInto('image_proofs')
        .values(names.map((name) => ({ name, tenant })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      for (const name of names) {
        proved.add(keyOf(name, tenant))
        confirmed.add(name)
      }
    },
  }
}

function keyOf(name: string, tenant: string): string {
  return `${tenant} ${name}`
}
