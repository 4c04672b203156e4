import { expect, test } from 'vitest'
import { gvisorIn } from './gvisor.ts'

const runc = { runc: { path: 'runc' }, 'io.containerd.runc.v2': { path: 'runc' } }

test('gVisor is known by its program or its shim, whatever the engine calls it', () => {
  expect(gvisorIn('docker', runc, undefined)).toBeUndefined()
  expect(gvisorIn('docker', { ...runc, runsc: { path: '/usr/local/bin/runsc' } }, undefined)).toBe('runsc')
  expect(gvisorIn('docker', { ...runc, safe: { runtimeType: 'io.containerd.runsc.v1' } }, undefined)).toBe(
    'safe',
  )
  expect(gvisorIn('docker', { ...runc, runsc: { path: '/usr/bin/runc' } }, undefined)).toBeUndefined()
})

test('the owner’s word counts where the engine has such a runtime', () => {
  expect(gvisorIn('docker', { ...runc, safe: { path: '/opt/gvisor' } }, 'safe')).toBe('safe')
  expect(gvisorIn('docker', runc, 'safe')).toBeUndefined()
})

test('Podman names runtimes that are not installed, so it is not believed', () => {
  const listed = { crun: { path: '/usr/bin/crun' }, runsc: { path: '/usr/bin/runsc' } }
  expect(gvisorIn('podman', listed, undefined)).toBeUndefined()
  expect(gvisorIn('podman', listed, 'runsc')).toBe('runsc')
})
