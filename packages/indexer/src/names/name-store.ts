import type { Store, Vault } from '@sublet/service'
import { z } from 'zod'
import type { IndexerTables } from '../tables.ts'
import type { Objection } from './judge-claim.ts'

/** What is kept of a host name: its ordered certificate, and the attempts at one since the last success. */
export interface NameRecord {
  /** Chain and key in one PEM text. */
  pem: string | undefined
  failures: number
  failedAtMs: number
  notBeforeMs: number
  objection: Objection | undefined
}

export interface NameStore {
  load(): Promise<Map<string, NameRecord>>
  save(host: string, record: NameRecord): Promise<void>
  forget(hosts: readonly string[]): Promise<void>
  /** The key of the account at an authority, PEM; made by `make` the first time. */
  accountKey(directoryUrl: string, make: () => string): Promise<string>
}

export const newNameRecord: NameRecord = {
  pem: undefined,
  failures: 0,
  failedAtMs: 0,
  notBeforeMs: 0,
  objection: undefined,
}

const objectionSchema = z.custom<Objection>(
  (value) => z.object({ code: z.string(), message: z.string(), hint: z.string() }).safeParse(value).success,
)

/** Certificates and keys in the indexer's store; private keys are sealed. */
export function createNameStore(store: Pick<Store<IndexerTables>, 'db'>, vault: Vault): NameStore {
  return {
    async load() {
      const rows = await store.db.selectFrom('own_names').selectAll().execute()
      return new Map(
        rows.map((row) => [
          row.host,
          {
            pem: row.sealed_pem === null ? undefined : vault.open(row.sealed_pem),
            failures: row.failures,
            failedAtMs: Number(row.failed_at_ms),
            notBeforeMs: Number(row.not_before_ms),
            objection: row.objection === null ? undefined : objectionSchema.parse(row.objection),
          },
        ]),
      )
    },
    async save(host, { pem, failures, failedAtMs, notBeforeMs, objection }) {
      const row = {
        sealed_pem: pem === undefined ? null : vault.seal(pem),
        failures,
        failed_at_ms: failedAtMs,
        not_before_ms: notBeforeMs,
        objection: objection === undefined ? null : JSON.stringify(objection),
      }
      await store.db
        .insertInto('own_names')
        .values({ host, ...row })
        .onConflict((conflict) => conflict.column('host').doUpdateSet(row))
        .execute()
    },
    async forget(hosts) {
      if (hosts.length > 0) await store.db.deleteFrom('own_names').where('host', 'in', hosts).execute()
    },
    async accountKey(directoryUrl, make) {
      await store.db
        .insertInto('acme_accounts')
        .values({ directory_url: directoryUrl, sealed_key: vault.seal(make()) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const { sealed_key } = await store.db
        .selectFrom('acme_accounts')
        .select('sealed_key')
        .where('directory_url', '=', directoryUrl)
        .executeTakeFirstOrThrow()
      return vault.open(sealed_key)
    },
  }
}
