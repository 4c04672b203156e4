import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWith } from '@sublet/testing'
import type Docker from 'dockerode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBundledImages } from '../../image/bundled-images.ts'
import type { LogRequest } from '../runtime.ts'
import { connectDocker, type DockerConnection } from './connect-docker.ts'
import { findLogFiles } from './container-log-files.ts'
import { containerLogs } from './docker-logs.ts'
import { createDockerRuntime } from './docker-runtime.ts'
import { placeLauncher } from './secret-environment.ts'

const image = 'sublet.local/hello:1'
const folder = join(tmpdir(), `sublet-docker-logs-${process.pid}`)

describeWith('docker')('logs of Docker’s own files', () => {
  let connection: DockerConnection
  const made: Docker.Container[] = []

  beforeAll(async () => {
    connection = await connectDocker({ env: process.env, platform: process.platform })
    const runtime = createDockerRuntime({
      connection,
      bundled: createBundledImages({ nodePath: process.execPath, platform: process.platform }),
      subnetPool: '10.213.0.0/16',
      spareNetworks: 0,
      launcher: await placeLauncher(folder),
    })
    await runtime.ensureImage(image)
    await runtime.close()
  })

  afterAll(async () => {
    for (const container of made) await container.remove({ force: true }).catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  })

  async function create(script: string, log: { Type: string; Config: Record<string, string> }) {
    const container = await connection.docker.createContainer({
      Image: image,
      Entrypoint: ['/usr/local/bin/node'],
      Cmd: ['-e', script],
      HostConfig: { NetworkMode: 'none', LogConfig: log },
    })
    made.push(container)
    return container
  }

  async function textsOf(container: Docker.Container, request: LogRequest, from = connection) {
    const texts: string[] = []
    for await (const block of containerLogs(from, container.id, request)) texts.push(...block.texts())
    return texts
  }

  const count = (lines: number) => `for (let n = 0; n < ${lines}; n++) console.log(n + " " + "x".repeat(200))`
  const numbersIn = (texts: string[]) => texts.map((text) => Number(text.split(' ')[0]))

  test('each line of much output comes once while its files are rotated', async () => {
    const lines = 100_000
    const container = await create(count(lines), {
      Type: 'json-file',
      Config: { 'max-size': '2m', 'max-file': '4' },
    })
    await container.start()
    // Docker lets nobody else look.
    if (process.getuid?.() === 0) expect(await findLogFiles(connection.docker, container.id)).toBeDefined()
    const numbers = numbersIn(await textsOf(container, { follow: true }))
    expect(numbers).toEqual(Array.from({ length: lines }, (_, number) => number))
  })

  test('compressed files are read as the engine reads them', async () => {
    const container = await create(count(20_000), {
      Type: 'json-file',
      Config: { 'max-size': '1m', 'max-file': '4', compress: 'true' },
    })
    await container.start()
    await container.wait()
    const engine = { ...connection, sharesFiles: false }
    expect(await textsOf(container, { follow: false })).toEqual(
      await textsOf(container, { follow: false }, engine),
    )
  })

  test('following ends with the container, removed in the middle of it', async () => {
    const container = await create('console.log("up"); setInterval(() => {}, 1000)', {
      Type: 'json-file',
      Config: {},
    })
    await container.start()
    const texts: string[] = []
    for await (const block of containerLogs(connection, container.id, { follow: true })) {
      texts.push(...block.texts())
      await container.remove({ force: true })
    }
    expect(texts).toEqual(['up'])
  })

  test('what lies in no such files comes from the engine', async () => {
    const container = await create('console.log("elsewhere")', { Type: 'local', Config: {} })
    await container.start()
    await container.wait()
    expect(await findLogFiles(connection.docker, container.id)).toBeUndefined()
    expect(await textsOf(container, { follow: false })).toEqual(['elsewhere'])
  })
})
