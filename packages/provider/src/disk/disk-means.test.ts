import { expect, test } from 'vitest'
import { type DiskFacts, diskLimitsOf, diskMeansOf } from './disk-means.ts'

const plain: DiskFacts = {
  platform: 'linux',
  isRoot: true,
  sharesMounts: true,
  missingTools: [],
  hasLoopDevices: true,
  engine: 'docker',
  storageDriver: 'overlay2',
  fileSystem: 'ext4',
  mountOptions: ['rw', 'relatime'],
}

test('on an ordinary Linux machine everything lies in images', () => {
  expect(diskMeansOf(plain)).toEqual({ root: 'image', volumes: 'image' })
})

test('the engine’s own quota is taken where its file system keeps one', () => {
  const xfs = { ...plain, fileSystem: 'xfs' }
  expect(diskMeansOf({ ...xfs, mountOptions: ['rw', 'prjquota'] }).root).toBe('quota')
  expect(diskMeansOf(xfs).root).toBe('image')
  expect(diskMeansOf({ ...plain, mountOptions: ['rw', 'prjquota'] }).root).toBe('image')
  expect(diskMeansOf({ ...plain, storageDriver: 'zfs' }).root).toBe('quota')
  expect(diskMeansOf({ ...xfs, mountOptions: ['pquota'], isRoot: false })).toMatchObject({
    root: 'quota',
    volumes: 'none',
  })
})

test.each([
  [{ isRoot: false }, 'root'],
  [{ platform: 'darwin' as const }, 'Linux'],
  [{ sharesMounts: false }, 'mounts'],
  [{ missingTools: ['mkfs.ext4'] }, 'mkfs.ext4'],
  [{ hasLoopDevices: false }, 'loop'],
])('without what images need nothing is limited, and the lack is named: %o', (change, word) => {
  const means = diskMeansOf({ ...plain, ...change })
  expect(means).toMatchObject({ root: 'none', volumes: 'none' })
  expect(means.lack?.what).toContain(word)
  expect(means.lack?.cure).not.toBe('')
  expect(diskLimitsOf(means)).toBe('none')
})

test('an engine whose layers cannot be mounts still has limited volumes', () => {
  const means = diskMeansOf({ ...plain, engine: 'podman', storageDriver: 'overlay' })
  expect(means).toMatchObject({ root: 'none', volumes: 'image' })
  expect(means.lack?.what).toContain('podman')
  expect(diskLimitsOf(means)).toBe('volumes')
  expect(diskLimitsOf({ root: 'image', volumes: 'image' })).toBe('all')
})
