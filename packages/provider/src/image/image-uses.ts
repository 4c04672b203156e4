import type { Migration, Store } from '@sublet/service'

export interface ImageUseTables {
  /** Only images that the provider itself pulled: what its owner has beside them is not its to remove. */
  image_uses: {
    reference: string
    used_at_ms: number
  }
}

export const imageUseMigration: Migration = {
  name: '005-image-uses',
  sql: `
    create table image_uses (
      reference text primary key,
      used_at_ms bigint not null
    );
  `,
}

/** When pulled images were last needed. */
export interface ImageUses {
  /** A lease needs an image; `pulled` when it was fetched for it. An image that was here before is left out. */
  note(reference: string, how: { atMs: number; pulled: boolean }): Promise<void>
  all(): Promise<Map<string, number>>
  forget(reference: string): Promise<void>
}

export function createImageUses<T extends ImageUseTables>(store: Store<T>): ImageUses {
  const { db } = store as unknown as Store<ImageUseTables>
  return {
    async note(reference, { atMs, pulled }) {
      if (pulled) {
        await db
          .insertInto('image_uses')
          .values({ reference, used_at_ms: atMs })
          .onConflict((conflict) => conflict.column('reference').doUpdateSet({ used_at_ms: atMs }))
          .execute()
      } else {
        await db
          .updateTable('image_uses')
          .set({ used_at_ms: atMs })
          .where('reference', '=', reference)
          .execute()
      }
    },
    async all() {
      const rows = await db.selectFrom('image_uses').selectAll().execute()
      return new Map(rows.map((row) => [row.reference, row.used_at_ms]))
    },
    async forget(reference) {
      await db.deleteFrom('image_uses').where('reference', '=', reference).execute()
    },
  }
}
