import { chmod, mkdir, mkdtemp, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { reachableFolder } from './postgres-user.ts'

/** Owns nothing here, so that only what everybody may do counts. */
const stranger = { uid: 54321, gid: 54321 }

async function setUp(programMode: number) {
  const root = await mkdtemp(join(tmpdir(), 'sublet-pg-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await chmod(root, 0o755)
  const folder = join(root, 'installed')
  await mkdir(join(folder, 'bin'), { recursive: true })
  await mkdir(join(folder, 'lib'))
  await chmod(folder, 0o755)
  await chmod(join(folder, 'bin'), 0o755)
  await writeFile(join(folder, 'bin', 'postgres'), 'program')
  await chmod(join(folder, 'bin', 'postgres'), programMode)
  await writeFile(join(folder, 'lib', 'libpq.so.5'), 'library')
  await symlink('libpq.so.5', join(folder, 'lib', 'libpq.so'))
  return { root, folder, sharedFolder: join(root, 'shared') }
}

test('stays where it was installed when the user may read it, or there is no other user', async () => {
  const { folder, sharedFolder } = await setUp(0o755)
  expect(await reachableFolder({ folder, version: '1', user: stranger, sharedFolder })).toBe(folder)
  expect(await reachableFolder({ folder, version: '1', user: undefined, sharedFolder })).toBe(folder)
})

test('is copied, readable by all, when a folder above it is closed', async () => {
  const { root, folder, sharedFolder } = await setUp(0o755)
  const closed = join(root, 'closed')
  await mkdir(closed, { mode: 0o700 })
  const inside = join(closed, 'installed')
  await mkdir(join(inside, 'bin'), { recursive: true })
  await writeFile(join(inside, 'bin', 'postgres'), 'program')
  await chmod(join(inside, 'bin', 'postgres'), 0o755)
  const copy = await reachableFolder({ folder: inside, version: '1', user: stranger, sharedFolder })
  expect(copy).toBe(join(sharedFolder, 'postgres-1'))
  expect(copy).not.toBe(folder)
  expect((await stat(join(copy, 'bin', 'postgres'))).mode & 0o777).toBe(0o755)
  expect(await reachableFolder({ folder: inside, version: '1', user: stranger, sharedFolder })).toBe(copy)
})

test('is copied when its files are their owner’s alone, which stay as they are', async () => {
  const { folder, sharedFolder } = await setUp(0o700)
  await chmod(join(folder, 'lib', 'libpq.so.5'), 0o600)
  const copy = await reachableFolder({ folder, version: '1', user: stranger, sharedFolder })
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777
  expect(await modeOf(join(copy, 'bin', 'postgres'))).toBe(0o755)
  expect(await modeOf(join(copy, 'lib', 'libpq.so.5'))).toBe(0o644)
  expect(await modeOf(join(copy, 'lib'))).toBe(0o755)
  expect(await modeOf(join(folder, 'bin', 'postgres'))).toBe(0o700)
  expect(await readlink(join(copy, 'lib', 'libpq.so'))).toBe('libpq.so.5')
})
