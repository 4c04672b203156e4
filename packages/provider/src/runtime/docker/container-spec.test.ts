import { expect, test } from 'vitest'
import type { InstanceSpec } from '../runtime.ts'
import { containerOptions, keptCapabilities } from './container-spec.ts'

const spec: InstanceSpec = {
  owner: {
    network: '1:0xabc',
    provider: `0x${'0a'.repeat(20)}`,
    leaseId: `0x${'0b'.repeat(32)}`,
    service: 'web',
    replica: 1,
  },
  image: 'nginx:1',
  env: { A: '1' },
  secretEnv: {},
  cpuMillis: 250,
  memoryBytes: 64 * 1024 * 1024,
  storageBytes: 5_000_000,
  pidsLimit: 100,
  gpuIds: ['GPU-1'],
  mounts: [
    { kind: 'volume', volume: 'v', path: '/data', readOnly: true },
    { kind: 'memory', sizeBytes: 1000, path: '/run', readOnly: false },
  ],
  files: [],
  aliases: ['web'],
  ports: [80],
  redirects: [],
  readOnlyRoot: true,
  stopGraceMs: 1500,
}
const options = containerOptions(spec, {
  network: { name: 'sblt1' },
  fileSources: new Map([['/etc/k', '/dev/shm/x']]),
})

test('confines every container the same way', () => {
  expect(options.HostConfig).toMatchObject({
    CapDrop: ['ALL'],
    CapAdd: keptCapabilities,
    SecurityOpt: ['no-new-privileges'],
    NanoCpus: 250_000_000,
    Memory: spec.memoryBytes,
    MemorySwap: spec.memoryBytes,
    PidsLimit: 100,
    NetworkMode: 'sblt1',
    ReadonlyRootfs: true,
    RestartPolicy: { Name: 'no' },
  })
  expect(options.HostConfig).not.toHaveProperty('Privileged')
  expect(options.HostConfig?.PortBindings).toBeUndefined()
  for (const strong of ['NET_RAW', 'NET_ADMIN', 'SYS_ADMIN', 'SYS_PTRACE', 'MKNOD']) {
    expect(keptCapabilities).not.toContain(strong)
  }
})

test('labels it so that a later run finds it', () => {
  expect(options.Labels).toEqual({
    'sublet.network': '1:0xabc',
    'sublet.provider': spec.owner.provider,
    'sublet.lease': spec.owner.leaseId,
    'sublet.service': 'web',
    'sublet.replica': '1',
  })
})

test('gives exactly the devices, volumes and files of the spec', () => {
  expect(options.HostConfig?.DeviceRequests).toEqual([
    { Driver: 'nvidia', DeviceIDs: ['GPU-1'], Capabilities: [['gpu']] },
  ])
  expect(
    options.HostConfig?.Mounts?.map(({ Type, Source, Target, ReadOnly }) => [Type, Source, Target, ReadOnly]),
  ).toEqual([
    ['volume', 'v', '/data', true],
    ['tmpfs', '', '/run', false],
    ['bind', '/dev/shm/x', '/etc/k', true],
  ])
})

test('hands AMD’s and Intel’s cards over as device files, and slices of NVIDIA’s by name', () => {
  const mixed = containerOptions(
    { ...spec, gpuIds: ['MIG-2', 'amd-0000:03:00.0', 'intel-0000:4d:00.0'] },
    {
      network: { name: 'n' },
      fileSources: new Map(),
      gpuNodes: { paths: ['/dev/kfd', '/dev/dri/renderD128', '/dev/dri/renderD129'], groups: [44, 109] },
    },
  )
  expect(mixed.HostConfig?.DeviceRequests).toEqual([
    { Driver: 'nvidia', DeviceIDs: ['MIG-2'], Capabilities: [['gpu']] },
  ])
  const node = (path: string) => ({ PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rw' })
  expect(mixed.HostConfig?.Devices).toEqual(
    ['/dev/kfd', '/dev/dri/renderD128', '/dev/dri/renderD129'].map(node),
  )
  expect(mixed.HostConfig?.GroupAdd).toEqual(['44', '109'])
  expect(mixed.HostConfig).not.toHaveProperty('Privileged')
})

test('gives a container without GPUs no device at all', () => {
  const plain = containerOptions({ ...spec, gpuIds: [] }, { network: { name: 'n' }, fileSources: new Map() })
  expect(plain.HostConfig).not.toHaveProperty('DeviceRequests')
  expect(plain.HostConfig).not.toHaveProperty('Devices')
})

test('keeps the image’s own entrypoint and command unless the workload replaces them', () => {
  expect(options).not.toHaveProperty('Entrypoint')
  expect(options).not.toHaveProperty('Cmd')
  const replaced = containerOptions(
    { ...spec, command: ['sh'], args: ['-c', 'x'] },
    { network: { name: 'n' }, fileSources: new Map() },
  )
  expect([replaced.Entrypoint, replaced.Cmd]).toEqual([['sh'], ['-c', 'x']])
})

test('the engine is told how much may be written only where it can see to that', () => {
  const place = { network: { name: 'n' }, fileSources: new Map<string, string>() }
  expect(containerOptions(spec, place).HostConfig?.StorageOpt).toBeUndefined()
  expect(containerOptions(spec, { ...place, hasDiskQuota: true }).HostConfig?.StorageOpt).toEqual({
    size: '5000000',
  })
})
