import { Readable } from 'node:stream'
import { describeWith } from '@sublet/testing'
import tar from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DockerUnderTest, openDockerUnderTest } from '../../testing/docker-under-test.ts'

describeWith('docker')('files in containers', () => {
  let engine: DockerUnderTest
  beforeAll(async () => {
    engine = await openDockerUnderTest('10.217.0.0/16')
  })
  afterAll(() => engine?.close())

  test.each(['/scratch/sub', '/proc/x', '/dev/shm'])('refuses what lies in memory: %s', async (path) => {
    const id = await engine.run({
      mounts: [{ kind: 'memory', sizeBytes: 1e6, path: '/scratch', readOnly: false }],
    })
    await expect(engine.runtime.statFile(id, path)).rejects.toMatchObject({ code: 'file.refused' })
    await expect(engine.runtime.unpackFiles(id, path, Readable.from([]))).rejects.toMatchObject({
      code: 'file.refused',
    })
  })

  test('a read-only root says so', async () => {
    const id = await engine.run({ readOnlyRoot: true })
    const archive = tar.pack()
    archive.entry({ name: 'x' }, 'x')
    archive.finalize()
    await expect(
      engine.runtime.unpackFiles(
        id,
        '/',
        Readable.from(archive as AsyncIterable<Buffer>, { objectMode: false }),
      ),
    ).rejects.toThrow(/read-only/)
  })
})
