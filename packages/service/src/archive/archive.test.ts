import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import tar from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { staysInside } from './entry-name.ts'
import { packPath } from './pack-path.ts'
import { unpackArchive } from './unpack-archive.ts'

let base: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sublet-archive-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

let places = 0
/** A folder to unpack into, with a neighbour that must stay as it is. */
async function place(): Promise<{ into: string; neighbour: string }> {
  places += 1
  const into = join(base, String(places), 'into')
  const neighbour = join(base, String(places), 'neighbour')
  await mkdir(into, { recursive: true })
  await mkdir(neighbour)
  await writeFile(join(neighbour, 'kept'), 'kept')
  return { into, neighbour }
}

type Entry = { header: Partial<tar.Header> & { name: string }; text?: string }
function archiveOf(entries: readonly Entry[]): Readable {
  const pack = tar.pack()
  for (const { header, text = '' } of entries) pack.entry(header, text)
  pack.finalize()
  return Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false })
}

async function isUntouched(neighbour: string): Promise<void> {
  expect(await readdir(neighbour)).toEqual(['kept'])
  expect(await readFile(join(neighbour, 'kept'), 'utf8')).toBe('kept')
}

test('what was packed comes out the same: files, folders, links, modes', async () => {
  const from = (await place()).into
  await mkdir(join(from, 'a/b'), { recursive: true })
  await writeFile(join(from, 'a/b/run'), 'x'.repeat(300_000), { mode: 0o755 })
  await writeFile(join(from, 'a/empty'), '')
  await symlink('b/run', join(from, 'a/link'))
  const { into } = await place()
  const seen: number[] = []
  const unpacked = await unpackArchive(packPath({ path: join(from, 'a'), name: 'a' }), {
    into,
    topName: 'renamed',
    onBytes: (bytes) => seen.push(bytes),
  })
  expect(unpacked).toEqual({ files: 2, bytes: 300_000, leftOut: [] })
  expect(await readFile(join(into, 'renamed/b/run'), 'utf8')).toBe('x'.repeat(300_000))
  expect((await stat(join(into, 'renamed/b/run'))).mode & 0o777).toBe(0o755)
  expect(await readlink(join(into, 'renamed/link'))).toBe('b/run')
  expect(await readFile(join(into, 'renamed/empty'), 'utf8')).toBe('')
  expect(seen.at(-1)).toBe(300_000)
})

test.each([
  ['a name with two dots', [{ header: { name: '../neighbour/kept' }, text: 'bad' }]],
  ['two dots in the middle', [{ header: { name: 'x/../../neighbour/new' }, text: 'bad' }]],
  ['an absolute name', [{ header: { name: '/tmp/sublet-archive-bad' }, text: 'bad' }]],
  [
    'a link to a folder outside, and a file through it',
    [
      { header: { name: 'out', type: 'symlink', linkname: '../neighbour' } },
      { header: { name: 'out/new' }, text: 'bad' },
    ],
  ],
  [
    'a link out, written over by a file',
    [
      { header: { name: 'out', type: 'symlink', linkname: '../neighbour/kept' } },
      { header: { name: 'out' }, text: 'bad' },
    ],
  ],
  [
    'two links that lead out together',
    [
      { header: { name: 'd', type: 'directory' } },
      { header: { name: 'd/here', type: 'symlink', linkname: '.' } },
      { header: { name: 'd/here/up', type: 'symlink', linkname: '../../neighbour' } },
      { header: { name: 'd/here/up/new' }, text: 'bad' },
    ],
  ],
  ['a hard link to outside', [{ header: { name: 'hard', type: 'link', linkname: '../neighbour/kept' } }]],
  ['a device', [{ header: { name: 'dev', type: 'character-device', devmajor: 1, devminor: 3 } }]],
] as [string, Entry[]][])('writes nothing outside: %s', async (_what, entries) => {
  const { into, neighbour } = await place()
  await unpackArchive(archiveOf(entries), { into }).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'file.refused' })
  })
  await isUntouched(neighbour)
  for (const name of await readdir(into)) {
    expect(['file', 'folder', 'link']).toContain(kindOf(await lstat(join(into, name))))
  }
})

function kindOf(seen: Awaited<ReturnType<typeof lstat>>): string {
  if (seen.isSymbolicLink()) return 'link'
  return seen.isFile() ? 'file' : seen.isDirectory() ? 'folder' : 'other'
}

test('does not follow a link that was in the folder before', async () => {
  const { into, neighbour } = await place()
  await symlink(neighbour, join(into, 'was'))
  await expect(
    unpackArchive(archiveOf([{ header: { name: 'was/new' }, text: 'bad' }]), { into }),
  ).rejects.toMatchObject({ code: 'file.refused' })
  await isUntouched(neighbour)
})

test('whatever the names and links, the neighbour stays as it is', async () => {
  const part = fc.constantFrom('..', '.', 'a', 'b', 'neighbour', 'into', 'kept', '')
  const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'))
  const entry = fc.oneof(
    path.map((name): Entry => ({ header: { name }, text: 'bad' })),
    path.map((name): Entry => ({ header: { name, type: 'directory' } })),
    fc.tuple(path, path).map(([name, linkname]): Entry => ({ header: { name, type: 'symlink', linkname } })),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (entries) => {
      const { into, neighbour } = await place()
      await unpackArchive(archiveOf(entries.filter(({ header }) => header.name !== '')), { into }).catch(
        () => undefined,
      )
      await isUntouched(neighbour)
    }),
    { numRuns: 150 },
  )
})

test('drops set-user-id bits', async () => {
  const { into } = await place()
  await unpackArchive(archiveOf([{ header: { name: 'su', mode: 0o4755 }, text: 'x' }]), { into })
  expect((await stat(join(into, 'su'))).mode & 0o7777).toBe(0o755)
})

test('an archive cut short is refused', async () => {
  const { into } = await place()
  const whole = await buffer(archiveOf([{ header: { name: 'file' }, text: 'x'.repeat(5_000) }]))
  await expect(unpackArchive(Readable.from([whole.subarray(0, 2_000)]), { into })).rejects.toMatchObject({
    code: 'file.refused',
  })
})

test('says that there is nothing to pack', async () => {
  await expect(buffer(packPath({ path: join(base, 'nothing'), name: 'x' }))).rejects.toMatchObject({
    code: 'file.not-found',
  })
})

test('links that stay inside are told from those that lead out', () => {
  expect(staysInside(['a', 'b', 'link'], '../c')).toBe(true)
  expect(staysInside(['a', 'link'], '../../c')).toBe(false)
  expect(staysInside(['link'], '/etc')).toBe(false)
})
