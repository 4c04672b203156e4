import { chmod, cp, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { SubletError } from '@sublet/protocol'

export interface SystemUser {
  uid: number
  gid: number
}

/** PostgreSQL refuses to run as root. These users exist for it, or for programs that own nothing. */
const candidates = ['postgres', '_postgres', 'nobody']

/** A user that PostgreSQL can run as when this process is root; undefined when it is not. */
export async function postgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const users = new Map(passwd.split('\n').map((line) => [line.split(':')[0], line.split(':')]))
  for (const name of candidates) {
    const [uid, gid] = (users.get(name)?.slice(2, 4) ?? []).map(Number)
    if (uid !== undefined && gid !== undefined && uid > 0 && gid > 0) return { uid, gid }
  }
  throw new SubletError(
    'store.unreachable',
    'PostgreSQL does not run as root, and there is no user it could run as.',
    {
      hint: 'Run `useradd --system postgres`, run Sublet as another user than root, or set SUBLET_DATABASE_URL.',
    },
  )
}

async function mayEnter(folder: string, { uid, gid }: SystemUser): Promise<boolean> {
  const { mode, uid: owner, gid: group } = await stat(folder)
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001
  if ((mode & bit) === 0) return false
  const parent = dirname(folder)
  return parent === folder || mayEnter(parent, { uid, gid })
}

/** Readable by everybody; hard links where the file system allows, as nothing is written there. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await chmod(to, 0o755)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, target)
    else if (entry.isSymbolicLink()) await cp(source, target, { verbatimSymlinks: true })
    else await copyFile(source, target)
  }
}

async function copyFile(source: string, target: string): Promise<void> {
  const { mode } = await stat(source)
  const forAll = (mode & 0o100) === 0 ? 0o444 : 0o555
  // A link shares its permissions with the original, which are not ours to change.
  if (
    (mode & forAll) === forAll &&
    (await link(source, target).then(
      () => true,
      () => false,
    ))
  )
    return
  await cp(source, target)
  await chmod(target, mode | forAll)
}

/**
 * PostgreSQL's files at a place where the user may read them: where npm put them, or, where those are root's alone, a
 * copy below `sharedFolder`.
 */
export async function reachableFolder({
  folder,
  version,
  user,
  sharedFolder = '/var/lib/sublet',
}: {
  folder: string
  version: string
  user: SystemUser | undefined
  sharedFolder?: string
}): Promise<string> {
  if (user === undefined) return folder
  const program = join(folder, 'bin', 'postgres')
  if (((await stat(program)).mode & 0o005) === 0o005 && (await mayEnter(dirname(resolve(program)), user)))
    return folder
  const shared = join(sharedFolder, `postgres-${version}`)
  if (await stat(shared).catch(() => undefined)) return shared
  const building = `${shared}.${process.pid}`
  try {
    await mkdir(sharedFolder, { recursive: true })
    await chmod(sharedFolder, 0o755)
    await copyTree(folder, building)
    await rename(building, shared)
  } catch (cause) {
    await rm(building, { recursive: true, force: true })
    // Another process may have been quicker.
    if (await stat(shared).catch(() => undefined)) return shared
    throw new SubletError('store.unreachable', `PostgreSQL's files cannot be copied to ${shared}.`, {
      hint: 'Install Sublet where every user may read it, run it as another user than root, or set SUBLET_DATABASE_URL.',
      cause,
    })
  }
  return shared
}
