import { setTimeout as sleep } from 'node:timers/promises'
import { SubletError } from '@sublet/protocol'
import type { Client } from 'pg'
import type { Log } from '../log/log.ts'
import { connectionMark, pg } from './pg.ts'
import { describeDatabase } from './store-error.ts'

/** A killed predecessor's connection takes a moment to end; whoever holds the claim longer is alive. */
const patienceMs = 5_000
const retryMs = 100

export interface SoleUser {
  release(): Promise<void>
}

/**
 * Claims a schema for this process for as long as its connection to the database lasts: two daemons that both act on
 * one store would do everything twice. The claim ends with the process, however that ends. A broken connection is
 * made anew and the claim with it; should another have taken it meanwhile, that is logged as an error.
 * Throws `store.in-use`.
 */
export async function claimSchema(options: { url: string; schema: string; log: Log }): Promise<SoleUser> {
  const { url, schema, log } = options
  const released = new AbortController()
  let client: Client | undefined

  async function tryToClaim(): Promise<boolean> {
    const next = new pg.Client({
      connectionString: url,
      application_name: `sublet ${schema} sole user ${connectionMark}`,
    })
    let claimed = false
    next.on('error', (err) => log.warn({ err }, 'the connection that claims the store broke'))
    next.on('end', () => {
      if (claimed && !released.signal.aborted) void claimAgain()
    })
    try {
      await next.connect()
      const { rows } = await next.query<{ claimed: boolean }>(
        "select pg_try_advisory_lock(hashtext('sublet'), hashtext($1)) as claimed",
        [schema],
      )
      claimed = rows[0]?.claimed ?? false
    } finally {
      if (!claimed) await next.end().catch(() => undefined)
    }
    if (claimed) client = next
    return claimed
  }

  async function claimAgain(): Promise<void> {
    for (let said = false; !released.signal.aborted; ) {
      const claimed = await tryToClaim().catch(() => undefined)
      if (claimed) return
      if (claimed === false && !said) {
        said = true
        log.error(
          { schema },
          'another process has taken the store over while the database was away; stop one of the two',
        )
      }
      await sleep(1_000, undefined, { signal: released.signal, ref: false }).catch(() => undefined)
    }
  }

  for (let waitedMs = 0; !(await tryToClaim()); waitedMs += retryMs) {
    if (waitedMs >= patienceMs) {
      throw new SubletError(
        'store.in-use',
        `Another process already keeps its ${schema} in the database at ${describeDatabase(url)}.`,
        { hint: 'Stop the other one, or give this one a database of its own with SUBLET_DATABASE_URL.' },
      )
    }
    await sleep(retryMs)
  }

  return {
    async release() {
      released.abort()
      await client?.end().catch(() => undefined)
    },
  }
}
