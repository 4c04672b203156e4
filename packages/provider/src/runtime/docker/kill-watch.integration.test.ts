import { describeWith } from '@sublet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../../testing/docker-under-test.ts'
import { createKillWatch, type KillWatch } from './kill-watch.ts'

/** Takes more memory than it has, when it is told to go on. */
const greedy = 'process.on("SIGHUP", () => { for (const kept = []; ; ) kept.push(Buffer.alloc(1e7, 1)) })'
const pretender = 'process.on("SIGHUP", () => process.exit(137))'
const memoryBytes = 64 * 1024 * 1024

describeWith('docker')('how a container ended, whatever the engine says of its memory', () => {
  let engine: DockerUnderTest
  let watch: KillWatch
  beforeAll(async () => {
    engine = await openDockerUnderTest('10.233.0.0/16')
    watch = createKillWatch({ docker: engine.docker, name: 'docker', sharesFiles: true })
  })
  afterAll(async () => {
    await engine?.close()
  })

  /** Starts a container that stays until it gets a signal. */
  async function start(script: string) {
    const id = await engine.create({
      args: ['-e', `${script}; setInterval(() => {}, 1000); console.log("up")`],
      memoryBytes,
    })
    watch.started(id)
    await engine.runtime.start(id)
    for await (const _line of engine.runtime.logs(id, { follow: true })) break
    return id
  }

  /** Tells it to do what it does, by its own hand: the engine notes no signal. */
  async function ended(id: string) {
    const container = engine.docker.getContainer(id)
    const session = await engine.runtime.exec(id, {
      command: ['/usr/local/bin/node', '-e', 'process.kill(1, "SIGHUP")'],
      tty: false,
    })
    session.stdout.resume()
    session.stderr.resume()
    await container.wait()
    session.close()
    return await watch.howEnded(id, (await container.inspect()).State.StartedAt)
  }

  test('one that takes too much memory ends by its own doing, and nobody beside it is mistaken for it', async () => {
    const [first, beside, second] = await Promise.all([start(greedy), start(pretender), start(greedy)])
    expect(await ended(first)).toEqual({ outOfMemory: true })
    expect(await ended(beside)).toEqual({ outOfMemory: false, killed: false })
    expect(await ended(second)).toEqual({ outOfMemory: true })
  })

  test('one that the engine was asked to kill was killed', async () => {
    const id = await start('')
    await engine.docker.getContainer(id).kill()
    await engine.docker.getContainer(id).wait()
    const { StartedAt } = (await engine.docker.getContainer(id).inspect()).State
    expect(await watch.howEnded(id, StartedAt)).toEqual({ outOfMemory: false, killed: true })
  })
})
