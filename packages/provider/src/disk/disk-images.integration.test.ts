import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chown,
  mkdir,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gibibyte, mebibyte } from '@sublet/protocol'
import { describeWith } from '@sublet/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDiskImages, type DiskImages } from './disk-images.ts'

describeWith('loop-devices')('disk images', () => {
  let folder: string
  let images: DiskImages
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sublet-images-'))
    await mkdir(join(folder, 'hdd'))
    images = createDiskImages({
      folder: join(folder, 'disks'),
      classFolders: { default: join(folder, 'disks'), hdd: join(folder, 'hdd') },
    })
  })
  afterEach(async () => {
    await images.sweep(() => false)
    await rm(folder, { recursive: true })
  })

  const fill = (path: string, bytes: number) => writeFile(path, Buffer.alloc(bytes, 1))
  const mounts = async () =>
    (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(folder))

  test('a volume takes what was asked, and no more', async () => {
    const place = await images.open('notes', { sizeBytes: 40 * mebibyte, class: 'default' })
    await fill(join(place, 'fits'), 40 * mebibyte)
    await expect(fill(join(place, 'more'), 60 * mebibyte)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(await images.usedBytes('notes')).toBeGreaterThan(40 * mebibyte)
  })

  test.each([mebibyte, 300 * mebibyte, gibibyte, 4 * gibibyte, 100 * gibibyte])(
    'an image for %i bytes has room for them and is not much larger',
    async (sizeBytes) => {
      const { bavail, bsize } = await statfs(await images.open('any', { sizeBytes, class: 'default' }))
      expect(bavail * bsize).toBeGreaterThanOrEqual(sizeBytes)
      expect(bavail * bsize).toBeLessThan(sizeBytes * 1.03 + 40 * mebibyte)
    },
  )

  test('sweeping leaves alone what is being made, and removes what a crash left', async () => {
    const left = join(folder, 'disks', 'layer-left.img')
    const layers = Array.from({ length: 6 }, (_, index) => join(folder, `layer-${index}`))
    for (const layer of layers) await mkdir(layer)
    await mkdir(join(folder, 'disks'))
    await writeFile(left, '')
    let isMade = false
    const sweeping = (async () => {
      while (!isMade) await images.sweep(() => true)
    })()
    const making = Promise.all(layers.map((layer) => images.confine(layer, mebibyte)))
    await making.finally(() => {
      isMade = true
    })
    await sweeping
    expect([...(await images.confined())]).toEqual(expect.arrayContaining(layers))
    expect(existsSync(left)).toBe(false)
    for (const layer of layers) await promisify(execFile)('umount', [layer])
  })

  test('lies on the disk of its class and is there again after a restart of the machine', async () => {
    const room = { sizeBytes: 10 * mebibyte, class: 'hdd' }
    const place = await images.open('kept', room)
    await writeFile(join(place, 'note'), 'remember')
    expect(await readdir(join(folder, 'hdd', 'sublet-volumes'))).toEqual(['kept.img'])
    await promisify(execFile)('umount', [join(place, '..')])
    // What would be written now would lie on the machine's own disk.
    expect(existsSync(place)).toBe(false)
    expect(await readFile(join(await images.open('kept', room), 'note'), 'utf8')).toBe('remember')
  })

  test('grows and shrinks when nobody uses it, as far as its files allow', async () => {
    const open = (mebibytes: number) =>
      images.open('kept', { sizeBytes: mebibytes * mebibyte, class: 'default' })
    const place = await open(10)
    await fill(join(place, 'file'), 10 * mebibyte)
    const user = await openFile(join(place, 'file'))
    await open(100)
    await expect(fill(join(place, 'second'), 80 * mebibyte)).rejects.toMatchObject({ code: 'ENOSPC' })
    await user.close()
    await open(100)
    await fill(join(place, 'second'), 80 * mebibyte)
    await expect(open(20)).rejects.toThrow('holds more')
    await rm(join(await images.open('kept'), 'second'))
    const { bavail, bsize } = await statfs(await open(20))
    expect(bavail * bsize).toBeLessThan(60 * mebibyte)
    expect(await readFile(join(place, 'file'))).toHaveLength(10 * mebibyte)
  })

  test('one that was far larger is made as small as asked, with its files', async () => {
    const place = await images.open('restored', { sizeBytes: 60 * gibibyte, class: 'default' })
    await fill(join(place, 'file'), 5 * mebibyte)
    await chown(join(place, 'file'), 1234, 1234)
    await images.open('restored', { sizeBytes: mebibyte, class: 'default' })
    const { bavail, bsize, blocks } = await statfs(place)
    expect(blocks * bsize).toBeLessThan(50 * mebibyte)
    expect(bavail).toBeGreaterThan(0)
    expect(await stat(join(place, 'file'))).toMatchObject({ size: 5 * mebibyte, uid: 1234 })
    expect(await readdir(join(folder, 'disks', 'sublet-volumes'))).toEqual(['restored.img'])
  })

  test('stays mounted and as it is while another mount has it', async () => {
    const place = await images.open('bound', { sizeBytes: 10 * mebibyte, class: 'default' })
    const elsewhere = join(folder, 'elsewhere')
    await mkdir(elsewhere)
    await promisify(execFile)('mount', ['--bind', place, elsewhere])
    await images.open('bound', { sizeBytes: gibibyte, class: 'default' })
    const { blocks, bsize } = await statfs(elsewhere)
    expect(blocks * bsize).toBeLessThan(100 * mebibyte)
    await images.close()
    expect(existsSync(place)).toBe(true)
    await promisify(execFile)('umount', [elsewhere])
    await images.close()
    expect(existsSync(place)).toBe(false)
  })

  test('a folder keeps what it has and cannot grow beyond its image, of which nothing stays', async () => {
    const layer = join(folder, 'layer')
    await mkdir(join(layer, 'diff'), { recursive: true })
    await writeFile(join(layer, 'link'), 'NAME')
    await images.confine(layer, 20 * mebibyte)
    expect((await images.confined()).has(layer)).toBe(true)
    expect(await readFile(join(layer, 'link'), 'utf8')).toBe('NAME')
    await expect(fill(join(layer, 'diff', 'big'), 80 * mebibyte)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect((await readdir(join(folder, 'disks'))).filter((name) => name.endsWith('.img'))).toEqual([])
    await promisify(execFile)('umount', [layer])
    expect((await images.confined()).has(layer)).toBe(false)
  })

  test('sweeps away what no volume owns, half made ones too', async () => {
    await images.open('gone', { sizeBytes: mebibyte, class: 'hdd' })
    await images.open('stays', { sizeBytes: mebibyte, class: 'default' })
    await writeFile(join(folder, 'hdd', 'sublet-volumes', 'half.img.new'), 'x')
    await writeFile(join(folder, 'disks', 'layer-left.img'), 'x')
    await images.sweep((name) => name === 'stays')
    expect(await readdir(join(folder, 'hdd', 'sublet-volumes'))).toEqual([])
    expect(await readdir(join(folder, 'disks'))).not.toContain('layer-left.img')
    expect(await mounts()).toHaveLength(1)
    await images.remove('stays')
    await images.remove('stays')
    expect(await mounts()).toHaveLength(0)
  })
})
