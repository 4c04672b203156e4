import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sublet-folder-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

test('makes the folder and those above it, for its owner alone, and leaves one that is there', async () => {
  const path = join(root, 'a', 'b', 'c')
  await makeFolder(path)
  await makeFolder(path)
  const { mode } = await stat(path)
  expect(mode & 0o777).toBe(0o700)
})

test('says that a file is in the way', async () => {
  const file = join(root, 'file')
  await writeFile(file, '')
  for (const path of [file, join(file, 'below')]) {
    await expect(makeFolder(path)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/is a file|a file is/),
    })
  }
})

test.runIf(process.platform === 'linux')('gives up where nothing can be made', async () => {
  await expect(makeFolder('/proc/sublet/data')).rejects.toMatchObject({ code: 'config.invalid' })
})
