import type { Hex } from '@sublet/protocol'
import type { Store } from '@sublet/service'
import { sql } from 'kysely'
import type { Tables } from './tables.ts'

/** Which run of this provider each session key spoke to first. */
export interface SessionRuns {
  /** Enters a key that was never seen, and answers whether it belongs to this run. On the disk when it settles. */
  belongsHere(sessionKey: Hex, expiresAtMs: number): Promise<boolean>
  /** Forgets keys whose every grant has expired. */
  forgetExpired(nowMs: number): Promise<void>
}

/** `run` names this start of the provider, and no other. */
export function createSessionRuns({ db }: Pick<Store<Tables>, 'db'>, run: string): SessionRuns {
  return {
    async belongsHere(sessionKey, expiresAtMs) {
      const known = await db
        .insertInto('session_runs')
        .values({ session_key: sessionKey, run, expires_at_ms: expiresAtMs })
        .onConflict((conflict) =>
          conflict.column('session_key').doUpdateSet({
            expires_at_ms: sql`greatest(session_runs.expires_at_ms, excluded.expires_at_ms)`,
          }),
        )
        .returning('run')
        .executeTakeFirstOrThrow()
      return known.run === run
    },
    async forgetExpired(nowMs) {
      await db.deleteFrom('session_runs').where('expires_at_ms', '<', nowMs).execute()
    },
  }
}
