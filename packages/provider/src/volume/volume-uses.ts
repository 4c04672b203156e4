import type { Store } from '@sublet/service'
import type { VolumeTables } from './volume-tables.ts'

/** When volumes were last seen in use, milliseconds since 1970 by name. */
export interface VolumeUses {
  all(): Promise<Map<string, number>>
  note(names: readonly string[], atMs: number): Promise<void>
  forget(names: readonly string[]): Promise<void>
}

export function createVolumeUses<T extends VolumeTables>(store: Store<T>): VolumeUses {
  const { db } = store as unknown as Store<VolumeTables>
  return {
    async all() {
      const rows = await db.selectFrom('volume_uses').selectAll().execute()
      return new Map(rows.map((row) => [row.name, row.used_at_ms]))
    },
    async note(names, atMs) {
      if (names.length === 0) return
      await db
        .insertInto('volume_uses')
        .values(names.map((name) => ({ name, used_at_ms: atMs })))
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ used_at_ms: atMs }))
        .execute()
    },
    async forget(names) {
      if (names.length === 0) return
      await db.deleteFrom('volume_uses').where('name', 'in', names).execute()
    },
  }
}
