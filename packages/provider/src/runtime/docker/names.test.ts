import fc from 'fast-check'
import { expect, test } from 'vitest'
import { librariesIn } from '../../image/shared-libraries.ts'
import { filtersCalls } from './connect-docker.ts'
import { exactReference, parseImageReference } from './image-reference.ts'
import { createPullTally } from './pull-image.ts'
import { freeSubnet, subnetsRouted } from './subnets.ts'

test('reads image references as engines do', () => {
  expect(parseImageReference('nginx')).toEqual({
    registry: 'https://index.docker.io/v1/',
    repository: 'nginx',
    tag: 'latest',
  })
  expect(parseImageReference('ghcr.io/a/b:1.2')).toMatchObject({
    registry: 'ghcr.io',
    repository: 'ghcr.io/a/b',
    tag: '1.2',
  })
  expect(parseImageReference('localhost:5000/x')).toMatchObject({ registry: 'localhost:5000', tag: 'latest' })
  expect(parseImageReference('library/nginx').registry).toBe('https://index.docker.io/v1/')
  expect(exactReference('localhost:5000/x')).toBe('localhost:5000/x:latest')
  expect(exactReference('a/b@sha256:00')).toBe('a/b@sha256:00')
})

test('cuts different subnets out of a pool until it is used up', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 26 }), (bits) => {
      const taken = new Set<string>()
      for (let i = 0; i < 2 ** (26 - bits); i += 1) {
        const subnet = freeSubnet(`10.200.0.0/${bits}`, taken)
        expect(taken.has(subnet)).toBe(false)
        taken.add(subnet)
      }
      expect(() => freeSubnet(`10.200.0.0/${bits}`, taken)).toThrow('in use')
    }),
  )
  expect(freeSubnet('10.213.0.0/16', new Set(['10.213.0.0/26']))).toBe('10.213.0.64/26')
})

test('adds up a pull over its layers', () => {
  const tally = createPullTally()
  tally({ id: 'a', status: 'Downloading', progressDetail: { current: 10, total: 100 } })
  tally({ id: 'b', status: 'Downloading', progressDetail: { current: 5, total: 50 } })
  expect(tally({ id: 'a', status: 'Download complete' })).toEqual({ doneBytes: 105, totalBytes: 150 })
})

test('finds the libraries and the loader in what ldd says', () => {
  const output = `	linux-vdso.so.1 (0x00007f4aabeb0000)
	libdl.so.2 => /lib/x86_64-linux-gnu/libdl.so.2 (0x00007f4aabe99000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f4aabeb2000)
`
  expect(librariesIn(output)).toEqual(['/lib/x86_64-linux-gnu/libdl.so.2', '/lib64/ld-linux-x86-64.so.2'])
  expect(librariesIn('	not a dynamic executable\n')).toEqual([])
})

test('subnets that the machine leads to are read from its table of routes', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0   ',
    'sblt872afa4aa1\t4000E70A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0   ',
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0   ',
    '',
  ].join('\n')
  expect(subnetsRouted(table)).toEqual(['10.231.0.64/26', '172.17.0.0/16'])
  expect(subnetsRouted('')).toEqual([])
})

test('knows from what the engine says of itself whether kernel calls are filtered', () => {
  expect(filtersCalls(['name=apparmor', 'name=seccomp,profile=builtin'])).toBe(true)
  expect(filtersCalls(['name=seccomp,profile=default', 'name=cgroupns'])).toBe(true)
  expect(filtersCalls(['name=seccomp,profile=unconfined'])).toBe(false)
  expect(filtersCalls(['name=apparmor'])).toBe(false)
  expect(filtersCalls([])).toBe(false)
})
