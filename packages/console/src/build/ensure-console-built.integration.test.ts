import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureConsoleBuilt } from './ensure-console-built.ts'

test('builds what is missing or old once, and leaves what is current alone', async () => {
  const { dir } = await ensureConsoleBuilt()
  const page = join(dir, 'index.html')
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await readFile(page, 'utf8'))?.[1]
  if (script === undefined) throw new Error('the page loads no script')
  expect((await stat(join(dir, script))).size).toBeGreaterThan(10_000)

  const built = await stat(page)
  await ensureConsoleBuilt()
  expect((await stat(page)).ino).toBe(built.ino)

  await writeFile(join(dir, 'build-stamp.txt'), 'of older sources')
  await Promise.all([ensureConsoleBuilt(), ensureConsoleBuilt()])
  expect(await readFile(join(dir, 'build-stamp.txt'), 'utf8')).not.toBe('of older sources')
  expect(await readFile(page, 'utf8')).toContain(script)
})

test('ships nothing that only tests need', async () => {
  const { dir } = await ensureConsoleBuilt()
  const page = await readFile(join(dir, 'index.html'), 'utf8')
  const scripts = [...page.matchAll(/"(\/assets\/[^"]+\.js)"/g)].map(([, path = '']) => path)
  const code = (await Promise.all(scripts.map((path) => readFile(join(dir, path), 'utf8')))).join('')
  expect(code).toContain('Funded until')
  expect(code).not.toContain('sample-token')
})

test('the readers of workload files are a part of their own and need nothing of Node', async () => {
  const { dir } = await ensureConsoleBuilt()
  const assets = await readdir(join(dir, 'assets'))
  const worker = assets.find((name) => /^check-worker-.*\.js$/.test(name))
  if (worker === undefined) throw new Error('no worker was built')
  const code = await readFile(join(dir, 'assets', worker), 'utf8')
  expect(code).toContain('akash.unknown-key')
  expect(code).not.toMatch(/\b(from|import|require)\s*\(?\s*["'`](node:|fs|path|crypto|buffer|process)\b/)
  for (const name of assets.filter((other) => other.endsWith('.js') && other !== worker))
    expect(await readFile(join(dir, 'assets', name), 'utf8')).not.toContain('akash.unknown-key')
})
