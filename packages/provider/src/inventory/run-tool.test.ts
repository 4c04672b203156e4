import { expect, test } from 'vitest'
import { createToolRunner } from './run-tool.ts'

const node = (script: string) => ({ program: process.execPath, args: ['-e', script] })

test('gives a tool’s output, and hands it its input', async () => {
  const run = createToolRunner()
  const echo = node('process.stdin.pipe(process.stdout)')
  expect(await run({ ...echo, input: 'hello', timeoutMs: 60_000 })).toMatchObject({
    outcome: 'done',
    stdout: 'hello',
  })
})

test('tells a tool that is not there from one that fails', async () => {
  const run = createToolRunner()
  expect(await run({ program: 'no-such-tool-anywhere', args: [], timeoutMs: 60_000 })).toEqual({
    outcome: 'absent',
  })
  const failing = node('console.error("Failed to initialize NVML"); process.exit(9)')
  expect(await run({ ...failing, timeoutMs: 60_000 })).toMatchObject({
    outcome: 'failed',
    message: 'Failed to initialize NVML',
  })
})

test('leaves a hung tool behind, and starts it again only when it has ended', async () => {
  const run = createToolRunner()
  const hanging = node('setInterval(() => {}, 1000)')
  const first = await run({ ...hanging, timeoutMs: 50 })
  expect(first).toMatchObject({ outcome: 'silent', message: expect.stringContaining('did not answer') })
  expect(await run({ ...hanging, timeoutMs: 50 })).toMatchObject({
    outcome: 'silent',
    message: expect.stringContaining('still hangs'),
  })
  await expect
    .poll(async () => JSON.stringify(await run({ ...hanging, timeoutMs: 20 })), { timeout: 30_000 })
    .toContain('did not answer')
})

test('bounds what it takes in', async () => {
  const run = createToolRunner()
  const endless = node('setInterval(() => process.stdout.write("x".repeat(10000)), 1)')
  expect(await run({ ...endless, timeoutMs: 60_000, maxOutputBytes: 100_000 })).toMatchObject({
    outcome: 'failed',
  })
})
