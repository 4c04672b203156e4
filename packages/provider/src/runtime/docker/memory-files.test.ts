import { chmod, lchown, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMemoryFiles } from './memory-files.ts'

const owner = {
  network: 'n',
  provider: `0x${'0a'.repeat(20)}`,
  leaseId: `0x${'0b'.repeat(32)}`,
  service: 'web',
  replica: 0,
} as const
const files = [{ path: '/key', mode: 0o444, bytes: new TextEncoder().encode('secret') }]

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sublet-memory-'))
  await chmod(folder, 0o755)
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('nobody else of the machine gets as far as a file, in a folder from before that let them too', async () => {
  const root = join(folder, 'sublet')
  await mkdir(root, { mode: 0o711 })
  const source = (await createMemoryFiles(root).write(owner, files)).get('/key') ?? ''
  expect((await stat(root)).mode & 0o777).toBe(0o700)
  // Whatever user a service runs as can read it, where it is mounted.
  expect((await stat(source)).mode & 0o777).toBe(0o444)
  expect(await readFile(source, 'utf8')).toBe('secret')
})

test('puts nothing into a folder that leads elsewhere or is somebody else’s', async () => {
  const elsewhere = join(folder, 'elsewhere')
  await mkdir(elsewhere)
  const link = join(folder, 'link')
  await symlink(elsewhere, link)
  await expect(createMemoryFiles(link).write(owner, files)).rejects.toThrow(/not this user/)
  if (process.getuid?.() !== 0) return
  await lchown(elsewhere, 65_534, 65_534)
  await expect(createMemoryFiles(elsewhere).write(owner, files)).rejects.toThrow(/not this user/)
})
