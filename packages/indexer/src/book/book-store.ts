import { type Address, type SignedAsk, signedAskSchema } from '@sublet/protocol'
import type { Log, Store } from '@sublet/service'
import type { IndexerTables } from '../tables.ts'

/** Keeps the book in the store, so that a restart begins with what was known. */
export interface BookStore {
  load(nowMs: number): Promise<SignedAsk[]>
  /** Writes soon; several asks of one provider in a row become one write. */
  put(signedAsk: SignedAsk): void
  drop(providers: readonly Address[]): void
  /** Resolves when everything is written; rejects when the store does not take it. */
  flush(): Promise<void>
}

const retryMs = 1_000

export function createBookStore(store: Pick<Store<IndexerTables>, 'db'>, log: Log): BookStore {
  const { db } = store
  const waiting = new Map<Address, SignedAsk | 'drop'>()
  let writing: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined

  const writeAll = async () => {
    while (waiting.size > 0) {
      const batch = [...waiting]
      waiting.clear()
      try {
        await db.transaction().execute(async (transaction) => {
          for (const [provider, what] of batch) {
            if (what === 'drop') {
              await transaction.deleteFrom('asks').where('provider', '=', provider).execute()
              continue
            }
            const row = {
              provider,
              sequence: what.ask.sequence,
              expires_at_ms: what.ask.expiresAtMs,
              signed_ask: JSON.stringify(signedAskSchema.encode(what)),
            }
            await transaction
              .insertInto('asks')
              .values(row)
              .onConflict((conflict) => conflict.column('provider').doUpdateSet(row))
              .execute()
          }
        })
      } catch (error) {
        // What came since is newer.
        for (const [provider, what] of batch) if (!waiting.has(provider)) waiting.set(provider, what)
        throw error
      }
    }
  }
  const flush = (): Promise<void> => {
    clearTimeout(retry)
    retry = undefined
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
    return writing
  }
  const soon = () => {
    if (writing !== undefined || retry !== undefined) return
    flush().catch((err: unknown) => {
      log.warn({ err }, 'the book could not be written; trying again')
      retry = setTimeout(() => {
        retry = undefined
        soon()
      }, retryMs).unref()
    })
  }
  return {
    async load(nowMs) {
      await db.deleteFrom('asks').where('expires_at_ms', '<=', nowMs).execute()
      const rows = await db.selectFrom('asks').select('signed_ask').execute()
      // An ask that an older version wrote differently is left out; its provider sends it again.
      return rows.flatMap(({ signed_ask }) => {
        const parsed = signedAskSchema.safeParse(signed_ask)
        return parsed.success ? [parsed.data] : []
      })
    },
    put(signedAsk) {
      waiting.set(signedAsk.ask.provider, signedAsk)
      soon()
    },
    drop(providers) {
      for (const provider of providers) waiting.set(provider, 'drop')
      if (providers.length > 0) soon()
    },
    flush,
  }
}
