import { randomBytes } from 'node:crypto'
import { chmod, link, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SubletError } from '@sublet/protocol'
import { makeFolder } from '../folder/make-folder.ts'

export interface PassphraseSources {
  /** What the person typed or the caller was given. */
  given?: string | undefined
  /** Usually `process.env`; `SUBLET_PASSPHRASE` counts. */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** A file that only its owner may read, as the embedded network keeps one beside its wallets. */
  file?: string | undefined
}

/** The first of: given, `SUBLET_PASSPHRASE`, the file. Undefined when there is none. Throws `config.invalid` when others may read the file. */
export async function findPassphrase({ given, env, file }: PassphraseSources): Promise<string | undefined> {
  if (given !== undefined) return given
  const fromEnvironment = env?.SUBLET_PASSPHRASE
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment
  return file === undefined ? undefined : readPassphraseFile(file)
}

async function readPassphraseFile(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) return undefined
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw new SubletError('config.invalid', `Others than its owner may read the passphrase in ${file}.`, {
      hint: `Run \`chmod 600 ${file}\`.`,
    })
  }
  return (await readFile(file, 'utf8')).trimEnd()
}

/** The passphrase in the file; a random one is put there first when there is none. For wallets of passphrase kind `machine`. */
export async function keepPassphrase(file: string): Promise<string> {
  const known = await readPassphraseFile(file)
  if (known !== undefined) return known
  await makeFolder(dirname(file))
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  try {
    await chmod(draft, 0o600)
    // Whoever is first decides.
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await unlink(draft)
  }
  return (await readPassphraseFile(file)) ?? ''
}
