import type { PostgresPool, PostgresPoolClient } from 'kysely'

/** A pool whose every failure is what `explain` makes of it, whichever query met it. */
export function explainingPool(
  pool: { connect(): Promise<PostgresPoolClient>; end(): Promise<void> },
  explain: (cause: unknown) => unknown,
): PostgresPool {
  const rethrow = (cause: unknown): never => {
    throw explain(cause)
  }
  return {
    async connect() {
      const client = await pool.connect().catch(rethrow)
      return {
        query: ((...args: Parameters<typeof client.query>) => {
          const answer: unknown = client.query(...args)
          // A cursor is no promise, and is read by whoever asked for it.
          return answer instanceof Promise ? answer.catch(rethrow) : answer
        }) as PostgresPoolClient['query'],
        release: () => client.release(),
      }
    },
    end: () => pool.end(),
  }
}
