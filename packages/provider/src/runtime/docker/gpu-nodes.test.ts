import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findGpuNodes } from './gpu-nodes.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sublet-gpu-nodes-'))
  const card = async (address: string, ...files: string[]) => {
    for (const file of files)
      await mkdir(join(root, 'sys/bus/pci/devices', address, 'drm', file), { recursive: true })
  }
  await card('0000:03:00.0', 'card1', 'renderD129')
  await card('0000:4d:00.0', 'card0', 'renderD128')
  await mkdir(join(root, 'dev/dri'), { recursive: true })
  for (const name of ['kfd', 'dri/renderD128', 'dri/renderD129']) await writeFile(join(root, 'dev', name), '')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const find = (...ids: string[]) =>
  findGpuNodes(ids, { sysfs: join(root, 'sys'), dev: join(root, 'dev') }).then(({ paths }) =>
    paths.map((path) => path.slice(root.length)),
  )

test('finds a card’s render node by its place on the bus, and the compute node for AMD', async () => {
  expect(await find('amd-0000:03:00.0')).toEqual(['/dev/kfd', '/dev/dri/renderD129'])
  expect(await find('intel-0000:4d:00.0')).toEqual(['/dev/dri/renderD128'])
  expect(await find('GPU-1', 'MIG-2')).toEqual([])
})

test('names a card that is gone', async () => {
  await expect(find('amd-0000:99:00.0')).rejects.toMatchObject({ code: 'runtime.failed' })
})
