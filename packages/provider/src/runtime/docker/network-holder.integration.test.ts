import { text } from 'node:stream/consumers'
import { describeWith } from '@sublet/testing'
import { eventually } from '@sublet/testing/sublet-process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../../testing/docker-under-test.ts'
import { findHolders, joinedBy } from './network-holder.ts'

/** Answers each connection with all that it finds of its own name and addresses. */
const server = `
  const { createServer } = require('node:net'), dns = require('node:dns').promises, os = require('node:os')
  createServer(async (socket) => {
    const mine = Object.values(os.networkInterfaces()).flat().filter((one) => !one.internal).map((one) => one.address)
    const named = await Promise.all(['web', 'web-0', os.hostname()].map((name) => dns.lookup(name)))
    socket.end(JSON.stringify({ mine, named: named.map(({ address }) => address) }))
  }).listen(9000)`

describeWith('docker')('a lease that takes the place of a holder in its network', () => {
  let engine: DockerUnderTest

  beforeAll(async () => {
    engine = await openDockerUnderTest('10.219.0.0/16', { spareNetworks: 1 })
  })
  afterAll(async () => await engine?.close())

  async function runAlone(): Promise<string> {
    await engine.runtime.prepare(engine.owner)
    return await engine.run({ args: ['-e', server], ports: [9000], alone: true })
  }
  const ask = async (id: string) =>
    JSON.parse(
      await eventually('it answers', async () => await text(await engine.runtime.connect(id, 9000))),
    ) as { mine: string[]; named: string[] }
  const holderOf = async (id: string) => {
    const { HostConfig } = await engine.docker.getContainer(id).inspect()
    const holder = joinedBy(HostConfig.NetworkMode)
    if (holder === undefined) throw new Error('it has a place of its own')
    return engine.docker.getContainer(holder)
  }

  test('is reached at its address and knows itself by its names', async () => {
    const id = await runAlone()
    const { mine, named } = await ask(id)
    expect(mine).toHaveLength(1)
    expect(named).toEqual([mine[0], mine[0], mine[0]])
    expect((await engine.runtime.usage(id)).receivedBytes).toBeGreaterThan(0)
  })

  test('does not see the holder, and has its own limits', async () => {
    const id = await runAlone()
    await ask(id)
    const session = await engine.runtime.exec(id, {
      command: [
        '/usr/local/bin/node',
        '-e',
        'console.log(require("node:fs").readdirSync("/proc").filter(Number).length)',
      ],
      tty: false,
    })
    session.stdin.end()
    expect(Number(await text(session.stdout))).toBe(2)
  })

  test('starts again with the same address after the engine was down', async () => {
    const id = await runAlone()
    const before = await ask(id)
    const holder = await holderOf(id)
    const ended = engine.runtime.wait(id)
    await engine.docker.getContainer(id).kill()
    await ended
    await holder.kill()
    await engine.runtime.start(id)
    expect(await ask(id)).toEqual(before)
  })

  test('ends when the holder does: cut off it would only seem to run', async () => {
    const id = await runAlone()
    await ask(id)
    const ended = engine.runtime.wait(id)
    await (await holderOf(id)).kill()
    expect((await ended).exitCode).toBe(137)
  })

  test('never shares its place: others of its lease have their own', async () => {
    await engine.runtime.prepare(engine.owner)
    const id = await engine.run({})
    await expect(holderOf(id)).rejects.toThrow('a place of its own')
  })

  test('is left no holder by its provider, whether it crashed or not', async () => {
    const { docker, owner, newLease, runtime } = engine
    const leaseId = newLease()
    await runtime.prepare(owner)
    await engine.run({ alone: true }, leaseId)
    const afterCrash = await engine.reopen()
    await afterCrash.prepare(owner)
    for (const { id, owner: mine } of await afterCrash.list(owner)) {
      if (mine.leaseId === leaseId) await afterCrash.remove(id)
    }
    const held = (await findHolders(docker, owner)).size
    await afterCrash.removeLease(owner, leaseId)
    expect((await findHolders(docker, owner)).size).toBe(held - 1)
    await afterCrash.sweep(owner)
  })
})
