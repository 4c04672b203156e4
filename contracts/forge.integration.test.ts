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

test('what forge fails at fails here, too', async () => {
  const { code, output } = await run(['tools/forge.mjs', 'no-such-command'], {})
  expect(code, output).toBe(2)
})

/**
 * Which suite, test and calls, as forge says at its end, and how to have the same again: a seed makes the same calls only where the same
 * suites run. Without that, the end of what it said.
 */
function reportOf(output: string): string {
  const lines = output.trimEnd().split('\n')
  const failing = lines.findIndex((line) => line.includes('Failing tests:'))
  const error = lines.findIndex((line) => line.startsWith('Error'))
  const from = failing !== -1 ? failing : error !== -1 ? error : Math.max(0, lines.length - 100)
  const report = lines.slice(from).join('\n')
  const seed = /^Fuzz seed: (0x[0-9a-f]+)/m.exec(report)?.[1]
  if (seed === undefined) return report
  return `${report}\nAgain: FOUNDRY_PROFILE=${profile} npm run forge -w contracts -- test --force --fuzz-seed ${seed}\n`
}

test(`the Solidity suite passes (profile ${profile})`, { timeout: 30 * minutes }, async () => {
  const { code, output } = await run(['tools/forge.mjs', 'test'], { FOUNDRY_PROFILE: profile })
  expect(code, reportOf(output)).toBe(0)
  expect(output).toMatch(/[1-9]\d* tests passed, 0 failed, 0 skipped/)
})

test('the generated ABIs and bytecode are current', { timeout: 10 * minutes }, async () => {
  const build = await run(['tools/forge.mjs', 'build', '--skip', 'test'], { FOUNDRY_PROFILE: 'ship' })
  expect(build.code, build.output).toBe(0)
  const check = await run(['tools/generate.mjs', '--check'], {})
  expect(check.code, check.output).toBe(0)
})
