import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { stampSources } from './source-stamp.ts'

async function folderWith(files: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), 'sublet-stamp-'))
  onTestFinished(async () => await rm(root, { recursive: true }))
  const write = async (path: string, content: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  for (const [path, content] of Object.entries(files)) await write(path, content)
  return { root, write, stamp: () => stampSources(root, ['src', 'index.html', 'absent']) }
}

const files = { 'src/main.tsx': 'one', 'src/a/b.ts': 'two', 'index.html': 'three' }

test('is the same for the same content, wherever it lies and whenever it was touched', async () => {
  const here = await folderWith(files)
  const there = await folderWith(files)
  await utimes(join(there.root, 'index.html'), 1, 1)
  expect(await here.stamp()).toBe(await there.stamp())
})

test('changes with a file, a name, and a file more', async () => {
  const { stamp, write } = await folderWith(files)
  const stamps = [await stamp()]
  await write('src/main.tsx', 'one!')
  stamps.push(await stamp())
  await write('src/new.ts', '')
  stamps.push(await stamp())
  await write('index.html', '')
  stamps.push(await stamp())
  expect(new Set(stamps).size).toBe(4)
})

test('content cannot slip from one file into the next', async () => {
  const left = await folderWith({ 'src/a.ts': 'xy', 'src/b.ts': '' })
  const right = await folderWith({ 'src/a.ts': 'x', 'src/b.ts': 'y' })
  expect(await left.stamp()).not.toBe(await right.stamp())
})

test('does not care for tests and fixtures, which are not shipped', async () => {
  const { stamp, write } = await folderWith(files)
  const before = await stamp()
  await write('src/a/b.test.ts', 'changed')
  await write('src/testing/sample.ts', 'changed')
  expect(await stamp()).toBe(before)
})
