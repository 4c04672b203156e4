import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@sublet/testing/sublet-process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBundledImages } from '../../image/bundled-images.ts'
import { plainInstance } from '../../testing/plain-instance.ts'
import type { Owner, Runtime } from '../runtime.ts'
import { createHostRuntime, hostImage } from './host-runtime.ts'
import { readState } from './instance-folder.ts'
import { processStart } from './process-start.mjs'

const owner: Owner = { network: 'test:supervisor', provider: `0x${'5e'.repeat(20)}` }

let folder: string
let runtime: Runtime
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sublet-supervisor-'))
  runtime = createHostRuntime({
    folder,
    bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
    platform: process.platform,
    baseEnv: { PATH: process.env.PATH ?? '' },
    now: () => Date.now(),
  })
})
afterAll(async () => {
  for (const { id } of await runtime.list(owner)) await runtime.remove(id)
  await rm(folder, { recursive: true, force: true })
})

async function run(service: string, script: string): Promise<string> {
  const leaseId = `0x${'1e'.repeat(32)}` as const
  const id = await runtime.create({
    ...plainInstance({ ...owner, leaseId, service, replica: 0 }),
    image: hostImage,
    command: [process.execPath],
    args: ['-e', script],
  })
  await runtime.start(id)
  return id
}

async function linesOf(id: string): Promise<string[]> {
  const lines: string[] = []
  for await (const some of runtime.logs(id, { follow: false })) lines.push(...some.texts())
  return lines
}

/** Starts a process that keeps its parent's pipes, and says its number. */
const leaveBehind = (detached: boolean) => `
  const args = ['-e', 'setTimeout(() => {}, 60_000)']
  const left = require('child_process').spawn(process.execPath, args, { stdio: 'inherit', detached: ${detached} })
  left.unref()
  console.log(left.pid)`

test('the first process takes all that it started with it, and its last words are kept', async () => {
  const id = await run('all', `${leaveBehind(false)}\nprocess.stdout.write('no end of line')`)
  expect((await runtime.wait(id)).exitCode).toBe(0)
  const [pid, last] = await linesOf(id)
  expect(last).toBe('no end of line')
  await eventually('what it started is gone', async () => processStart(Number(pid)) === undefined)
})

test('what left its group neither keeps its end from being told nor ends the next run', async () => {
  const again = `require('fs').existsSync('ran')`
  const first = `require('fs').writeFileSync('ran', ''); ${leaveBehind(true)}; process.stdout.write('no end of line')`
  const id = await run('next', `if (${again}) setInterval(() => {}, 1000); else { ${first} }`)
  expect((await runtime.wait(id)).exitCode).toBe(0)
  const [pid, last] = await linesOf(id)
  expect(last).toBe('no end of line')
  const supervisor = (await readState(join(folder, 'instances', id)))?.supervisorPid ?? 0
  await runtime.start(id)
  process.kill(Number(pid), 'SIGKILL')
  await eventually('the first supervisor is gone', async () => processStart(supervisor) === undefined)
  expect((await runtime.inspect(id))?.state).toBe('running')
})
