import { expect, test } from 'vitest'
import { classOfDisks, mountOf, readMounts } from './disk-class.ts'
import { defaultInterface, linkMegabits } from './link-speed.ts'
import { guessRegion } from './region.ts'

// Lines in the form that proc(5) gives for /proc/self/mountinfo.
const mountinfo = `22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
95 28 8:1 / /mnt/big\\040disk rw,relatime shared:40 master:1 - ext4 /dev/sda1 rw
96 28 0:45 /@home /home rw,relatime - btrfs /dev/mapper/vg-home rw
97 28 8:17 / /mnt/big rw - xfs /dev/sdb1 rw
`

test('finds where a folder lies', () => {
  const mounts = readMounts(mountinfo)
  const source = (folder: string) => mountOf(folder, mounts)?.source
  expect(source('/var/lib/docker')).toBe('/dev/nvme0n1p2')
  expect(source('/mnt/big disk/leases')).toBe('/dev/sda1')
  expect(source('/mnt/big')).toBe('/dev/sdb1')
  expect(source('/mnt/bigger')).toBe('/dev/nvme0n1p2')
  expect(source('/home/me')).toBe('/dev/mapper/vg-home')
})

test('tells NVMe, SSD and hard disk apart, and says nothing of virtual disks', () => {
  const disk = (name: string, rotational?: boolean) => ({ name, rotational })
  expect(classOfDisks([disk('nvme0n1', false)])).toBe('nvme')
  expect(classOfDisks([disk('sda', false)])).toBe('ssd')
  expect(classOfDisks([disk('sdb', true)])).toBe('hdd')
  expect(classOfDisks([disk('vda', true)])).toBeUndefined()
  expect(classOfDisks([disk('sda')])).toBeUndefined()
  expect(classOfDisks([])).toBeUndefined()
  // A mirror is as fast as the slowest of its disks.
  expect(classOfDisks([disk('nvme0n1', false), disk('sdb', true)])).toBe('hdd')
})

test('finds the interface that leads outside, and its speed', () => {
  const header = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT'
  const route = (name: string, to: string, metric: number, mask: string) =>
    [name, to, '0100A8C0', '0003', 0, 0, metric, mask, 0, 0, 0].join('\t')
  const table = [
    header,
    route('docker0', '000011AC', 0, '0000FFFF'),
    route('wlan0', '00000000', 600, '00000000'),
    route('eno1', '00000000', 100, '00000000'),
  ].join('\n')
  expect(defaultInterface(table)).toBe('eno1')
  expect(defaultInterface(header)).toBeUndefined()
  expect([
    linkMegabits('1000\n'),
    linkMegabits('-1\n'),
    linkMegabits(''),
    linkMegabits('4294967295'),
  ]).toEqual([1000, undefined, undefined, undefined])
})

test('guesses the region from the time zone alone', () => {
  expect(guessRegion('Europe/Berlin')).toBe('eu-central')
  expect(guessRegion('Europe/London')).toBe('eu-west')
  expect(guessRegion('America/Los_Angeles')).toBe('us-west')
  expect(guessRegion('America/Sao_Paulo')).toBe('sa-east')
  expect(guessRegion('Asia/Tokyo')).toBe('ap-northeast')
  expect(guessRegion('UTC')).toBeUndefined()
})
