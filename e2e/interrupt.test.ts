import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freeBasePort, spawnSublet, startUp, temporaryDir } from '@sublet/testing/sublet-process'
import { expect, test } from 'vitest'
import { processesOf } from './src/lease-instances.ts'

/** Without an engine: what is tested is the same with one, and here every process can be seen. */
const env = { SUBLET_DOCKER_HOST: 'unix:///nowhere/docker.sock' }
const longJob = 'name: slow\nimage: sublet.local/hello:1\ncommand: [sleep, "600"]\njob: true\n'

/** Runs a command, and presses Ctrl-C as npm passes it on, twice, once its progress says so. */
async function interruptedAt(said: string, args: readonly string[]) {
  const child = spawnSublet(args, env)
  let output = ''
  let pressed = false
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (pressed || !output.includes(said)) return
      pressed = true
      child.kill('SIGINT')
      child.kill('SIGINT')
    })
  }
  const [exitCode] = await once(child, 'close')
  return { exitCode, output, pressed }
}

test.each([
  ['while it starts', 'Starting the chain', [], ''],
  ['while it deploys', 'Reading', ['--deploy'], longJob],
  ['while a job runs', 'is running', ['--once'], longJob],
])('Ctrl-C %s ends it in order', async (_when, said, flags, file) => {
  await using data = await temporaryDir()
  const path = join(data.path, 'file.yaml')
  await writeFile(path, file)
  const port = await freeBasePort()
  const { exitCode, output, pressed } = await interruptedAt(said, [
    ...['up', '--data', data.path, '--port', String(port)],
    ...flags.flatMap((flag) => [flag, path]),
  ])
  expect(pressed).toBe(true)
  expect(exitCode).toBe(130)
  expect(output).not.toContain('Something went wrong')
  expect(await processesOf(data.path)).toEqual([])
})

test('Ctrl-C that npm passes on a second time settles what runs, once', async () => {
  await using data = await temporaryDir()
  const args = ['--deploy', 'examples/hello.yaml']
  const up = await startUp({ dataDir: data.path, port: await freeBasePort(), args, env })
  process.kill(up.pid, 'SIGINT')
  // Anything left open would be told with a code of its own.
  expect(await up.stop()).toBe(0)
  expect(await processesOf(data.path)).toEqual([])
})
