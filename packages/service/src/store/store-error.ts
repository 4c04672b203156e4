import { SubletError } from '@sublet/protocol'

/** The database as a person may see it: without the password. */
export function describeDatabase(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url)
    return `${hostname}:${port === '' ? 5432 : port}${pathname}`
  } catch {
    return 'the one that SUBLET_DATABASE_URL names'
  }
}

const hints: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Start PostgreSQL there, correct SUBLET_DATABASE_URL, or unset it to use the embedded one.',
  ENOTFOUND: 'Correct the host name in SUBLET_DATABASE_URL.',
  '28P01': 'Correct the user and password in SUBLET_DATABASE_URL.',
  '28000': 'Let this user in (pg_hba.conf), or correct SUBLET_DATABASE_URL.',
  '3D000': 'Create that database, or name another in SUBLET_DATABASE_URL.',
  '53300': 'Raise max_connections of PostgreSQL.',
  '42501': 'Let this user create schemas: `grant create on database … to …`.',
}

/**
 * `store.unreachable` with the cure when the error means that the database cannot be used now; other errors come back
 * as they are.
 */
export function explainStoreError(cause: unknown, url: string): unknown {
  if (!(cause instanceof Error)) return cause
  const code = (cause as Error & { code?: string }).code ?? ''
  const lost =
    code in hints ||
    /^(E[A-Z]+|08...|57P0[1-5])$/.test(code) ||
    /timeout|terminated|not queryable|ended/i.test(cause.message)
  if (!lost) return cause
  const why = cause.message === '' ? code : cause.message
  return new SubletError(
    'store.unreachable',
    `The database at ${describeDatabase(url)} cannot be used: ${why}.`,
    {
      hint: hints[code] ?? 'Check that PostgreSQL runs there and that SUBLET_DATABASE_URL is right.',
      cause,
    },
  )
}
