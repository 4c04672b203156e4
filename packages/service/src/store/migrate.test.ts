import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Migration, pendingMigrations } from './migrate.ts'

const migrations: Migration[] = [
  { name: '001-a', sql: 'create table a ()' },
  { name: '002-b', sql: 'create table b ()' },
]
const applied = (list: Migration[]) =>
  list.map(({ name, sql }) => ({ name, fingerprint: createHash('sha256').update(sql).digest('hex') }))

test('what is applied already is not applied again', () => {
  expect(pendingMigrations(migrations, [])).toEqual(migrations)
  expect(pendingMigrations(migrations, applied(migrations.slice(0, 1)))).toEqual(migrations.slice(1))
  expect(pendingMigrations(migrations, applied(migrations))).toEqual([])
})

test('refuses a database of a newer version, or of another history', () => {
  const incompatible = expect.objectContaining({ code: 'store.incompatible' })
  expect(() => pendingMigrations(migrations.slice(0, 1), applied(migrations))).toThrowError(incompatible)
  expect(() => pendingMigrations(migrations, applied([{ name: '001-a', sql: 'other' }]))).toThrowError(
    incompatible,
  )
  expect(() => pendingMigrations(migrations, applied(migrations.slice(1)))).toThrowError(incompatible)
})
