import process from 'node:process'
import { afterEach, expect, test, vi } from 'vitest'
import { main } from './main.ts'

const { exitCode } = process
afterEach(() => {
  vi.restoreAllMocks()
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

test('a script hears that a command of a group is missing', async () => {
  expect(await problemOf(['wallet'])).toMatchObject({
    code: 'request.invalid',
    detail: 'A command is missing.',
  })
  expect(process.exitCode).toBe(2)
})
