import { createLog } from '@sublet/service'
import { describeWith } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../testing/docker-under-test.ts'
import type { Sleep } from './patience.ts'
import { stopInstances } from './stop-instances.ts'

const nodePath = '/usr/local/bin/node'
const log = createLog({ name: 'test', level: 'silent' })
/** Says something in the output of the container's own program. */
const say = (word: string) => `require("fs").appendFileSync("/proc/1/fd/1", "${word}\\n")`
/** Longer than any test. */
const anHourMs = 3_600_000

describeWith('docker')('what a service saves before it is stopped', () => {
  let engine: DockerUnderTest
  beforeAll(async () => {
    engine = await openDockerUnderTest('10.227.0.0/16')
  })
  afterAll(async () => {
    await engine?.close()
  })

  async function running() {
    const script = `process.on("SIGTERM", () => { console.log("SIGTERM"); process.exit(0) }); setInterval(() => {}, 1000); console.log("up")`
    const id = await engine.run({ args: ['-e', script] })
    const output = async () => {
      const words: string[] = []
      for await (const some of engine.runtime.logs(id, { follow: false })) words.push(...some.texts())
      return words
    }
    await eventually('it is up', async () => ((await output()).includes('up') ? true : undefined))
    return { id, output }
  }

  async function stop(
    id: string,
    command: string[],
    more: { sleep?: Sleep; timeoutMs?: number; letSave?: boolean } = {},
  ) {
    const { runtime } = engine
    const instance = await runtime.inspect(id)
    await stopInstances({
      runtime,
      instances: instance === undefined ? [] : [instance],
      services: [
        { name: 'web', stopGraceMs: 20_000, beforeStop: { command, timeoutMs: more.timeoutMs ?? anHourMs } },
      ],
      letSave: more.letSave ?? true,
      sleep: more.sleep ?? (() => new Promise(() => {})),
      log,
    })
    return await runtime.inspect(id)
  }

  test('is saved first, and then it is asked to end', async () => {
    const { id, output } = await running()
    // What it takes is up to it, within its time.
    const ended = await stop(id, [nodePath, '-e', `setTimeout(() => { ${say('saved')} }, 300)`])
    expect(await output()).toEqual(['up', 'saved', 'SIGTERM'])
    expect(ended).toMatchObject({ state: 'exited', exitCode: 0 })
  })

  test('does not keep it for longer than its time', async () => {
    const { id, output } = await running()
    const asked: number[] = []
    let before: string[] = []
    const ended = await stop(id, [nodePath, '-e', `${say('began')}; setInterval(() => {}, 1000)`], {
      async sleep(ms) {
        asked.push(ms)
        await eventually('it has begun', async () => ((await output()).includes('began') ? true : undefined))
        before = await output()
      },
      timeoutMs: 12_345,
    })
    expect(asked).toEqual([12_345])
    expect(before).toEqual(['up', 'began'])
    expect(await output()).toEqual(['up', 'began', 'SIGTERM'])
    expect(ended).toMatchObject({ state: 'exited', exitCode: 0 })
  })

  test.each([
    ['fails', [nodePath, '-e', `${say('failing')}; process.exit(3)`], ['failing']],
    ['is not there', ['/no/such/program'], []],
  ])('that %s keeps it from nothing', async (_what, command, said) => {
    const { id, output } = await running()
    const ended = await stop(id, command)
    expect(await output()).toEqual(['up', ...said, 'SIGTERM'])
    expect(ended).toMatchObject({ state: 'exited', exitCode: 0 })
  })

  test('is left out where there is no time for it', async () => {
    const { id, output } = await running()
    await stop(id, [nodePath, '-e', say('saved')], { letSave: false })
    expect(await output()).toEqual(['up', 'SIGTERM'])
  })
})
