import { snapshotPlaceSchema } from '@sublet/protocol'
import type { Store } from '@sublet/service'
import type { ContentBox } from '../deployment/content-box.ts'
import type { ControllerTables } from '../deployment/store-journal.ts'
import type { Snapshot } from './plan-restores.ts'

/** The last snapshots that were taken through this controller. */
export interface Snapshots {
  remember(snapshot: Snapshot): Promise<void>
  of(deployment: string): Promise<Snapshot[]>
}

/** Kept in the store; places are sealed, as they hold the tenant's credentials. */
export function createSnapshots({ db }: Pick<Store<ControllerTables>, 'db'>, box: ContentBox): Snapshots {
  return {
    async remember({ deployment, volume, place, takenAtMs }) {
      const row = { taken_at_ms: takenAtMs, place: box.seal(JSON.stringify(place)) }
      await db
        .insertInto('snapshots')
        .values({ deployment, volume, ...row })
        .onConflict((conflict) => conflict.columns(['deployment', 'volume']).doUpdateSet(row))
        .execute()
    },
    async of(deployment) {
      const rows = await db.selectFrom('snapshots').selectAll().where('deployment', '=', deployment).execute()
      return rows.map((row) => ({
        deployment,
        volume: row.volume,
        takenAtMs: Number(row.taken_at_ms),
        place: snapshotPlaceSchema.parse(JSON.parse(box.open(row.place))),
      }))
    },
  }
}
