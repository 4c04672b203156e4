import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('.', import.meta.url))
const minutes = 60_000
const profile = process.env.CI ? 'ci' : 'default'

async function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

test('the compiler wrapper names the compiler that is installed', async () => {
  const { output } = await run(['tools/solc.cjs', '--version'], {})
  const solc = createRequire(import.meta.url)('solc') as { version(): string }
  expect(output).toContain(`Version: ${solc.version()}`)
})

test(`the Solidity suite passes (profile ${profile})`, { timeout: 30 * minutes }, async () => {
  const { code, output } = await run(['tools/forge.mjs', 'test'], { FOUNDRY_PROFILE: profile })
  const failures = output.split('\n').filter((line) => line.includes('[FAIL') || line.startsWith('Error'))
  expect(failures).toEqual([])
  expect(output).toMatch(/[1-9]\d* tests passed, 0 failed, 0 skipped/)
  expect(code).toBe(0)
})

test('the generated ABIs and bytecode are current', { timeout: 10 * minutes }, async () => {
  const build = await run(['tools/forge.mjs', 'build', '--skip', 'test'], { FOUNDRY_PROFILE: 'ship' })
  expect(build.code, build.output).toBe(0)
  const check = await run(['tools/generate.mjs', '--check'], {})
  expect(check.code, check.output).toBe(0)
})
