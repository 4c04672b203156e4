import type { PostgresPoolClient } from 'kysely'
import { expect, test } from 'vitest'
import { explainingPool } from './explaining-pool.ts'
import { explainStoreError } from './store-error.ts'

const url = 'postgres://sublet@127.0.0.1:5432/sublet'

function poolThat(connect: () => Promise<PostgresPoolClient>) {
  return explainingPool({ connect, end: async () => undefined }, (cause) => explainStoreError(cause, url))
}

/** A connection on which every query fails. */
function failing(cause: Error): PostgresPoolClient {
  return { query: () => Promise.reject(cause), release: () => undefined } as unknown as PostgresPoolClient
}

test('no free connection, and one that breaks under a query, are a store that cannot be reached', async () => {
  const full = poolThat(() => Promise.reject(new Error('timeout exceeded when trying to connect')))
  await expect(full.connect()).rejects.toMatchObject({ code: 'store.unreachable' })

  const broken = poolThat(async () => failing(new Error('Connection terminated unexpectedly')))
  const client = await broken.connect()
  await expect(client.query('select 1', [])).rejects.toMatchObject({ code: 'store.unreachable' })
})

test('what the database says of a query stays as it is', async () => {
  const taken = Object.assign(new Error('duplicate key value violates unique constraint'), { code: '23505' })
  const client = await poolThat(async () => failing(taken)).connect()
  await expect(client.query('insert', [])).rejects.toBe(taken)
})
