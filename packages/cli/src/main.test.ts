import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { main } from './main.ts'

const { exitCode } = process
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  process.exitCode = exitCode
})

/** What a script reads of a command line that is wrong. */
async function problemOf(words: readonly string[]): Promise<{ detail: string }> {
  const said: string[] = []
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  await main([...words, '--json'])
  return JSON.parse(said.join(''))
}

test.each([
  [
    ['depoly'],
    "✗ Unknown command 'depoly'. Did you mean deploy?\n→ `sublet --help` shows what is possible.\n",
  ],
  [
    ['wallet', 'unlock'],
    "✗ Missing required argument 'provider'.\n→ `sublet wallet unlock --help` shows what is possible.\n",
  ],
])('a person hears what is wrong with %j as of any error', async (words, wanted) => {
  const said: string[] = []
  vi.stubEnv('npm_lifecycle_event', undefined)
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  await main(words)
  expect(stripVTControlCharacters(said.join(''))).toBe(wanted)
})

test('a script hears that a command of a group is missing', async () => {
  expect(await problemOf(['wallet'])).toMatchObject({
    code: 'request.invalid',
    detail: 'A command is missing.',
  })
  expect(process.exitCode).toBe(2)
})
