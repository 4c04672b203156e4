import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import { cleanImages } from './clean-images.ts'

/** An engine with images of 100 bytes each on a disk of 1,000. */
function machine(here: string[], held: string[] = []) {
  const images = new Set(here)
  const used = new Map<string, number>()
  const parts = {
    runtime: {
      imageSizes: async () => new Map([...images].map((name) => [name, 100])),
      // An engine removes no image that a container was made of.
      removeImage: async (name: string) => !held.includes(name) && images.delete(name),
    },
    uses: {
      all: async () => new Map(used),
      forget: async (name: string) => void used.delete(name),
    },
    inUse: (): ReadonlySet<string> => new Set<string>(),
    disk: async () => ({ totalBytes: 1_000, freeBytes: 1_000 - images.size * 100 }),
    marks: { highPercent: 60, lowPercent: 40 },
    log: createLog({ name: 'test', level: 'silent' }),
  }
  return { images, used, parts }
}

const names = ['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1', 'own:1']

test('removes pulled images that were not needed for longest, and never the owner’s or a live lease’s', async () => {
  const { images, used, parts } = machine(names)
  for (const [index, name] of ['c:1', 'a:1', 'b:1', 'd:1', 'e:1', 'f:1', 'gone:1'].entries())
    used.set(name, index)
  await cleanImages({ ...parts, inUse: () => new Set(['a:1']) })
  // Three of seven have to go: of 700 bytes 400 may stay.
  expect([...images]).toEqual(['a:1', 'e:1', 'f:1', 'own:1'])
  expect([...used.keys()]).toEqual(['a:1', 'e:1', 'f:1'])
})

test('leaves everything below the mark, and what the engine keeps', async () => {
  const few = machine(names.slice(0, 6))
  for (const name of few.images) few.used.set(name, 0)
  await cleanImages(few.parts)
  expect(few.images.size).toBe(6)
  const kept = machine(names, ['a:1'])
  kept.used.set('a:1', 0)
  await cleanImages(kept.parts)
  expect(kept.images.has('a:1')).toBe(true)
  expect(kept.used.has('a:1')).toBe(true)
})

test('knows an image by its digest, and under the name that its engine gives it', async () => {
  const digest = `sha256:${'d'.repeat(64)}`
  const { images, used, parts } = machine([
    `r/byname@${digest}`,
    'short:1',
    'a:1',
    'b:1',
    'c:1',
    'd:1',
    'e:1',
  ])
  used.set(`r/byname@${digest}`, 0)
  used.set('docker.io/library/short:1', 1)
  used.set('a:1', 2)
  await cleanImages({
    ...parts,
    inUse: () => new Set(['docker.io/library/a:1']),
    marks: { highPercent: 60, lowPercent: 0 },
    runtime: {
      ...parts.runtime,
      removeImage: async (name) => images.delete(name.replace('docker.io/library/', '')),
    },
  })
  expect([...images]).toEqual(['a:1', 'b:1', 'c:1', 'd:1', 'e:1'])
  expect([...used.keys()]).toEqual(['a:1'])
})
