import type { Migration, Store } from '@sublet/service'
import type { ImageWish } from './choose-ahead.ts'

export interface ImageWishTables {
  /** What tenants asked for on the market, won or lost. */
  image_wishes: { reference: string; tenant: string; asked_at_ms: number }
  /** Images that were fetched before anybody needed them. */
  images_ahead: { reference: string; fetched_at_ms: number }
}

export const imageWishMigration: Migration = {
  name: '010-image-wishes',
  sql: `
    create table image_wishes (
      reference text not null,
      tenant text not null,
      asked_at_ms bigint not null,
      primary key (reference, tenant)
    );
    create table images_ahead (
      reference text primary key,
      fetched_at_ms bigint not null
    );
  `,
}

export interface ImageWishes {
  note(wishes: readonly ImageWish[]): Promise<void>
  all(): Promise<ImageWish[]>
  forgetBefore(atMs: number): Promise<void>
  /** Images fetched ahead, and when, milliseconds since 1970. */
  ahead(): Promise<Map<string, number>>
  noteAhead(reference: string, atMs: number): Promise<void>
  forgetAhead(references: readonly string[]): Promise<void>
}

export function createImageWishes<T extends ImageWishTables>(store: Pick<Store<T>, 'db'>): ImageWishes {
  const { db } = store as unknown as Store<ImageWishTables>
  return {
    async note(wishes) {
      for (const { reference, tenant, askedAtMs } of wishes) {
        await db
          .insertInto('image_wishes')
          .values({ reference, tenant, asked_at_ms: askedAtMs })
          .onConflict((conflict) =>
            conflict.columns(['reference', 'tenant']).doUpdateSet({ asked_at_ms: askedAtMs }),
          )
          .execute()
      }
    },
    async all() {
      const rows = await db.selectFrom('image_wishes').selectAll().execute()
      return rows.map(({ reference, tenant, asked_at_ms }) => ({
        reference,
        tenant,
        askedAtMs: Number(asked_at_ms),
      }))
    },
    async forgetBefore(atMs) {
      await db.deleteFrom('image_wishes').where('asked_at_ms', '<', atMs).execute()
    },
    async ahead() {
      const rows = await db.selectFrom('images_ahead').selectAll().execute()
      return new Map(rows.map((row) => [row.reference, Number(row.fetched_at_ms)]))
    },
    async noteAhead(reference, atMs) {
      await db
        .insertInto('images_ahead')
        .values({ reference, fetched_at_ms: atMs })
        .onConflict((conflict) => conflict.column('reference').doUpdateSet({ fetched_at_ms: atMs }))
        .execute()
    },
    async forgetAhead(references) {
      if (references.length === 0) return
      await db.deleteFrom('images_ahead').where('reference', 'in', references).execute()
    },
  }
}
