import { testDatabaseUrl } from '@sublet/testing'
import pg from 'pg'

/** A database of a test's own on the machine's PostgreSQL; gone when the test ends. */
export async function freshDatabase(): Promise<{ url: string } & AsyncDisposable> {
  const name = `sublet_e2e_${process.pid}_${Date.now()}`
  const admin = new pg.Client({ connectionString: testDatabaseUrl })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = new URL(testDatabaseUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}
