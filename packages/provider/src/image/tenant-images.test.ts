import { type Address, SubletError } from '@sublet/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImageAccess } from './image-access.ts'
import { createTenantImages } from './tenant-images.ts'

const tenants = ['aa', 'bb', 'cc'].map((byte): Address => `0x${byte.repeat(20)}`)

function memoryAccess(): ImageAccess {
  const known = new Set<string>()
  const proved = new Set<string>()
  return {
    isPrivate: (names) => names.some((name) => known.has(name)),
    hasProved: (names, tenant) => names.some((name) => proved.has(name + tenant)),
    isConfirmed: (names) => names.some((name) => [...proved].some((one) => one.startsWith(`${name}0x`))),
    markPrivate: async (names) => {
      for (const name of names) known.add(name)
    },
    prove: async (names, tenant) => {
      for (const name of names) proved.add(name + tenant)
    },
  }
}

/** A machine and a registry in which `open` says with which passwords an image may be had. */
function machine(open: (password: string | undefined) => boolean) {
  let here = false
  const refuse = () => {
    throw new SubletError('image.unavailable', 'no')
  }
  return {
    pulls: 0,
    async identifyImage() {
      return here ? { id: 'sha256:1', digest: 'sha256:2' } : undefined
    },
    async ensureImage(_reference: string, { credentials }: { credentials?: { password: string } } = {}) {
      if (here) return
      if (!open(credentials?.password)) refuse()
      this.pulls += 1
      here = true
    },
    async proveImage(_reference: string, credentials?: { password: string }) {
      if (!open(credentials?.password)) refuse()
      return 'sha256:2'
    },
  }
}

type Images = Parameters<typeof createTenantImages>[0]

function imagesOn(runtime: Images['runtime'], more: Partial<Images> = {}) {
  return createTenantImages({
    runtime,
    access: memoryAccess(),
    provider: `0x${'fe'.repeat(20)}`,
    ownTenants: [],
    ownImages: [],
    now: () => 0,
    // Nobody is ever late.
    sleep: () => new Promise(() => {}),
    ...more,
  })
}

const passwordOf = fc.constantFrom('right', 'wrong', undefined)

test('nobody without a right to a private image gets it, in whatever order they come, and who has one does', async () => {
  const attempts = fc.array(fc.record({ tenant: fc.constantFrom(...tenants), password: passwordOf }), {
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(attempts, async (list) => {
      const runtime = machine((password) => password === 'right')
      const images = imagesOn(runtime)
      const entitled = new Set<Address>()
      // All at once: a pull under way is no way in either.
      const results = await Promise.all(
        list.map(async ({ tenant, password }) => {
          const credentials = password === undefined ? undefined : { host: 'r', username: 'u', password }
          const got = await images
            .ensure('r/private:1', tenant, credentials === undefined ? {} : { credentials })
            .then(
              () => true,
              () => false,
            )
          return { tenant, password, got }
        }),
      )
      for (const { tenant, password, got } of results) {
        if (password === 'right') {
          expect(got).toBe(true)
          entitled.add(tenant)
        } else if (got) expect(entitled.has(tenant)).toBe(true)
      }
      expect(runtime.pulls).toBeLessThanOrEqual(1)
    }),
  )
})

test('a public image is everybody’s, pulled once', async () => {
  const runtime = machine(() => true)
  const images = imagesOn(runtime)
  for (const tenant of tenants) {
    expect(await images.ensure('r/public:1', tenant)).toEqual({ reference: 'r/public:1', digest: 'sha256:2' })
  }
  expect(runtime.pulls).toBe(1)
})

test('who has shown a right once needs no registry for it again', async () => {
  let away = false
  const runtime = machine((password) => !away && password === 'right')
  const images = imagesOn(runtime)
  const [ann = tenants[0] as Address, ben = tenants[0] as Address] = tenants
  const credentials = { host: 'r', username: 'u', password: 'right' }
  await images.ensure('r/private:1', ann, { credentials })
  away = true
  await images.ensure('r/private:1', ann, { credentials })
  await expect(images.ensure('r/private:1', ben, { credentials })).rejects.toThrow()
})

const [ann, ben] = tenants as [Address, Address]

/** A machine on which images lie by reference, and a registry: both know images by their digests. */
function moving(here: Record<string, string>, registry: Record<string, string>) {
  const machine = new Map(Object.entries(here))
  const shelf = new Map(Object.entries(registry))
  const found = (reference: string) => {
    const [repository, digest] = reference.split('@')
    if (digest === undefined) return shelf.get(reference)
    const there = [...shelf].some(([name, one]) => name.startsWith(`${repository}:`) && one === digest)
    return there ? digest : undefined
  }
  return {
    machine,
    shelf,
    asked: 0,
    async identifyImage(reference: string) {
      const digest = machine.get(reference)
      return digest === undefined ? undefined : { id: `id of ${digest}`, digest }
    },
    async ensureImage(reference: string) {
      if (machine.has(reference)) return
      const digest = found(reference)
      if (digest === undefined) throw new SubletError('image.unavailable', 'no')
      machine.set(reference, digest)
    },
    async proveImage(reference: string) {
      this.asked += 1
      const digest = found(reference)
      if (digest === undefined) throw new SubletError('image.unavailable', 'no')
      return digest
    },
  }
}

test('what the owner made is for the owner’s tenants, and for all only where the owner says so', async () => {
  const runtime = moving({ 'me/secret:1': 'mine', 'me/lent:1': 'lent' }, {})
  const images = imagesOn(runtime, { ownTenants: [ann], ownImages: ['docker.io/me/lent:1'] })
  expect(await images.ensure('me/secret:1', ann)).toEqual({ reference: 'me/secret:1', digest: 'mine' })
  for (const tenant of [ann, ben]) expect((await images.ensure('me/lent:1', tenant)).digest).toBe('lent')
  await expect(images.ensure('me/secret:1', ben)).rejects.toThrow()
  // Nor are they told of it.
  expect(images.known(['me/secret:1', 'me/lent:1', 'sublet.local/hello:1'])).toEqual([
    'me/lent:1',
    'sublet.local/hello:1',
  ])
})

test('what the owner has as its registry has it is everybody’s, and known from then on', async () => {
  const runtime = moving({ 'r/open:1': 'a' }, { 'r/open:1': 'a' })
  const images = imagesOn(runtime)
  expect(images.known(['r/open:1'])).toEqual([])
  expect(await images.ensure('r/open:1', ben)).toEqual({ reference: 'r/open:1', digest: 'a' })
  expect(images.known(['r/open:1'])).toEqual(['r/open:1'])
})

test('a name that the owner uses for something else means what the registry has, beside what the owner has', async () => {
  const runtime = moving({ 'r/app:1': 'mine' }, { 'r/app:1': 'theirs' })
  const images = imagesOn(runtime, { ownTenants: [ann] })
  expect(await images.ensure('r/app:1', ben)).toEqual({ reference: 'r/app@theirs', digest: 'theirs' })
  expect(runtime.machine.get('r/app:1')).toBe('mine')
  expect((await images.ensure('r/app:1', ann)).digest).toBe('mine')
})

test('a tag that was moved is fetched anew, and one whose registry is silent is taken as it is', async () => {
  const runtime = moving({}, { 'r/app:1': 'old' })
  const clock = { nowMs: 0 }
  const images = imagesOn(runtime, { now: () => clock.nowMs })
  expect((await images.ensure('r/app:1', ann)).digest).toBe('old')
  runtime.shelf.set('r/app:1', 'new')
  expect(await images.ensure('r/app:1', ben)).toEqual({ reference: 'r/app@new', digest: 'new' })
  // Registries count who asks; what they said holds for a while.
  const { asked } = runtime
  expect((await images.ensure('r/app:1', ann)).digest).toBe('new')
  expect(runtime.asked).toBe(asked)
  runtime.shelf.clear()
  clock.nowMs += 3_600_000
  expect((await images.ensure('r/app:1', ann)).digest).toBe('old')
})

test('nobody whose image is here waits long for its registry', async () => {
  const runtime = moving({}, { 'r/app:1': 'old' })
  const images = imagesOn({ ...runtime, proveImage: () => new Promise(() => {}) }, { sleep: async () => {} })
  await images.ensure('r/app:1', ann)
  expect((await images.ensure('r/app:1', ann)).digest).toBe('old')
})

test('what the provider fetched ahead is not taken for its owner’s', async () => {
  const runtime = moving({ 'r/ahead:1': 'a' }, {})
  const images = imagesOn(runtime)
  await images.noteFetched('r/ahead:1')
  expect((await images.ensure('r/ahead:1', ben)).digest).toBe('a')
  expect(images.known(['docker.io/r/ahead:1'])).toEqual(['docker.io/r/ahead:1'])
})
