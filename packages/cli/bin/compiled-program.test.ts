import { mkdir, mkdtemp, readdir, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compiledProgram } from './compiled-program.js'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'sublet-compiled-')))
  await write('src/main.ts', "import { word } from './word.ts'\nexport const main = (): string => word\n")
  await write('src/word.ts', "export const word: string = 'one'\n")
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function write(path: string, text: string) {
  const whole = join(root, path)
  await mkdir(join(whole, '..'), { recursive: true })
  await writeFile(whole, text)
  // As if it had been written a while ago; what changes while it is read is compiled again.
  const then = new Date(Date.now() - 10_000)
  await utimes(whole, then, then)
}

const folder = () => join(root, 'dist')
const compile = () => compiledProgram({ root, source: join(root, 'src/main.ts'), folder: folder() })

async function run(url: string | undefined): Promise<unknown> {
  const { main } = (await import(/* @vite-ignore */ String(url))) as { main: () => unknown }
  return await main()
}

test('compiles once, and again when a source has changed', async () => {
  const first = await compile()
  expect(await run(first)).toBe('one')
  const { mtimeMs } = await stat(join(folder(), 'program.json'))
  expect(await compile()).toBe(first)
  expect((await stat(join(folder(), 'program.json'))).mtimeMs).toBe(mtimeMs)

  await write('src/word.ts', "export const word: string = 'another'\n")
  const second = await compile()
  expect(await run(second)).toBe('another')
  // Whoever runs the first one may still load parts of it.
  expect(await readdir(folder())).toContain(String(first).split('/').at(-1))
})

test('compiles again when a library was installed, and where the whole was moved', async () => {
  await write('node_modules/.package-lock.json', '{}')
  await write('node_modules/lib/package.json', '{"name": "lib", "main": "index.js"}')
  await write('node_modules/lib/index.js', "exports.word = 'old'")
  await write('src/main.ts', "import { word } from 'lib'\nexport const main = () => word\n")
  expect(await run(await compile())).toBe('old')
  await write('node_modules/lib/index.js', "exports.word = 'new'")
  await write('node_modules/.package-lock.json', '{"a": 1}')
  expect(await run(await compile())).toBe('new')

  await write('src/main.ts', 'export const main = () => import.meta.dirname\n')
  expect(await run(await compile())).toBe(join(root, 'src'))
  const moved = `${root}-moved`
  await rename(root, moved)
  root = moved
  expect(await run(await compile())).toBe(join(moved, 'src'))
})

test('modules find the files beside them, and libraries that are loaded late keep their names', async () => {
  await write('src/word.txt', 'from a file')
  await write('node_modules/late/package.json', '{"name": "late", "main": "index.js"}')
  await write('node_modules/late/text.txt', 'late')
  await write(
    'node_modules/late/index.js',
    "exports.read = () => require('node:fs').readFileSync(__dirname + '/text.txt', 'utf8')",
  )
  await write(
    'src/main.ts',
    `import { readFileSync } from 'node:fs'
    export const main = async () => {
      const { read } = await import('late')
      return [readFileSync(new URL('word.txt', import.meta.url), 'utf8'), import.meta.dirname, read()]
    }`,
  )
  expect(await run(await compile())).toEqual(['from a file', join(root, 'src'), 'late'])
})

/** What stays on the terminal's line of all that was written, and the first words. */
async function said(isTTY = true) {
  const words: string[] = []
  const terminal = { isTTY, write: (text: string) => words.push(text) }
  const url = await compiledProgram({
    root,
    source: join(root, 'src/main.ts'),
    folder: folder(),
    terminal,
  })
  return { url, hint: words[0], left: words.join('').split('\r\x1b[K').at(-1) }
}

test('a terminal is told why it waits, and keeps nothing of it, whether or not there is a program then', async () => {
  const first = await said()
  expect(first).toMatchObject({ hint: expect.stringMatching(/for the first time/), left: '' })
  expect((await said()).hint).toBeUndefined()
  await write('src/word.ts', "export const word: string = 'another'\n")
  expect(await said()).toMatchObject({ hint: expect.stringMatching(/after each change/), left: '' })
  await write('src/word.ts', 'export const word: = ')
  expect(await said()).toMatchObject({ url: undefined, hint: expect.any(String), left: '' })
})

test('who is no terminal is told nothing', async () => {
  const { url, hint } = await said(false)
  expect(url).toBeDefined()
  expect(hint).toBeUndefined()
})

test('several at once get the same whole program', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, compile))
  expect(new Set(all).size).toBe(1)
  expect(await run(all[0])).toBe('one')
  expect((await readdir(folder())).filter((name) => !/^(main|part)-\w+\.js$/.test(name))).toEqual([
    'program.json',
  ])
})

test('leaves it to the sources where they have a fault, or nothing can be written', async () => {
  await write('dist', 'a file in the way')
  expect(await compile()).toBeUndefined()
  await rm(folder())
  await write('src/word.ts', 'export const word: = ')
  expect(await compile()).toBeUndefined()
})
