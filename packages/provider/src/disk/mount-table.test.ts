import { expect, test } from 'vitest'
import { mountOf, mountsIn } from './mount-table.ts'

const table = String.raw`21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 21 8:1 / /var/lib/docker rw,relatime shared:5 - xfs /dev/sda1 rw,attr2,prjquota
31 21 7:0 / /data/with\040space rw,nodev - ext4 /dev/loop0 rw
32 21 7:1 / /var/lib/docker rw shared:9 - ext4 /dev/sdb1 rw
`

test('reads places, devices and options, of the mount and of its file system', () => {
  expect(mountsIn(table)[2]).toEqual({
    place: '/data/with space',
    fileSystem: 'ext4',
    source: '/dev/loop0',
    options: ['rw', 'nodev', 'rw'],
  })
})

test('a path lies on the mount next above it, the last one where one hides another', () => {
  const mounts = mountsIn(table)
  expect(mountOf(mounts, '/data/with space/x')?.source).toBe('/dev/loop0')
  expect(mountOf(mounts, '/data/with')?.source).toBe('/dev/vda')
  expect(mountOf(mounts, '/var/lib/docker')?.source).toBe('/dev/sdb1')
  expect(mountOf(mounts, '/var/lib/dockerish')?.source).toBe('/dev/vda')
})
