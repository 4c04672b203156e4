import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import type { Device } from '../inventory/device.ts'
import { countCards } from './cards-on-bus.ts'
import { diskFindings, engineFindings, type Finding, sizeFindings } from './findings.ts'
import { type GpuFacts, gpuFindings } from './gpu-findings.ts'
import { cureFor, type Need, systemOf } from './install-commands.ts'

const ubuntu = { manager: 'apt', distribution: 'ubuntu' } as const
const card: Device = { id: 'GPU-1', vendor: 'nvidia', model: 'rtx4090', memoryBytes: 24 * gibibyte }
const reading = {
  devices: [card],
  problems: [],
  driverVersions: { nvidia: '550.54.15' },
  ignored: [],
} satisfies GpuFacts['reading']
const facts: GpuFacts = {
  system: ubuntu,
  reading,
  cardsOnBus: { nvidia: 1 },
  engineKnowsNvidia: true,
  engine: 'docker',
}
const size = {
  cpuMillis: 16_000,
  cpuModel: 'AMD Ryzen 9 7950X 16-Core Processor',
  memoryBytes: 64 * gibibyte,
  storageBytes: 500 * gibibyte,
  diskClass: 'nvme' as const,
  linkMegabits: 1000,
}
const cures = (findings: readonly Finding[]) =>
  findings.flatMap(({ cure }) => (cure === undefined ? [] : [cure]))

test('a machine with all it needs has nothing to mend', () => {
  const findings = [
    ...sizeFindings(size),
    ...engineFindings({ system: ubuntu, engine: 'docker', problem: undefined, firewall: true }),
    ...gpuFindings(facts),
  ]
  expect(findings.map(({ level }) => level)).not.toContain('error')
  expect(cures(findings)).toEqual([])
  expect(findings.map(({ what }) => what)).toEqual([
    '16 processor cores, AMD Ryzen 9 7950X 16-Core Processor.',
    '64 GiB of memory.',
    '500 GiB of NVMe disk are free.',
    'A network link of 1000 Mbit/s.',
    'Docker answers.',
    'rtx4090 with 24 GiB.',
  ])
})

test('whatever is missing comes with the command that mends it', () => {
  const gpuCures = (more: Partial<GpuFacts>) => cures(gpuFindings({ ...facts, ...more }))
  const noCards = { ...reading, devices: [], driverVersions: {} }
  expect(gpuCures({ reading: noCards })).toEqual(['sudo ubuntu-drivers install && sudo reboot'])
  expect(gpuCures({ reading: noCards, cardsOnBus: { amd: 2 } })[0]).toContain('rocm-smi')
  expect(gpuCures({ reading: noCards, cardsOnBus: { intel: 1 } })[0]).toContain('xpu-smi')
  expect(gpuCures({ engineKnowsNvidia: false })[0]).toContain('nvidia-ctk runtime configure')
  expect(gpuCures({ reading: { ...reading, driverVersions: { nvidia: '470.1' } } })[0]).toContain(
    'ubuntu-drivers',
  )
  expect(gpuCures({ cardsOnBus: { nvidia: 2 } })[0]).toContain('dmesg')
  const broken = { ...noCards, problems: [{ vendor: 'nvidia' as const, message: 'NVIDIA-SMI has failed' }] }
  expect(gpuCures({ reading: broken })[0]).toContain('ubuntu-drivers')
  const engine = (more: Partial<Parameters<typeof engineFindings>[0]>) =>
    cures(engineFindings({ system: ubuntu, engine: undefined, problem: undefined, firewall: true, ...more }))
  expect(engine({})[0]).toContain('docker.io')
  const denied = { message: 'The container engine does not answer (EACCES).', hint: 'usermod' }
  expect(engine({ problem: denied })).toEqual(['usermod'])
  expect(engine({ engine: 'docker', firewall: false })[0]).toContain('iptables')
  expect(engine({ engine: 'docker', firewall: undefined })[0]).toContain('strangersWithout')
  expect(engine({ engine: 'docker', firewall: true })).toEqual([])
})

test('a machine without a card is told that its processor earns too', () => {
  expect(gpuFindings({ ...facts, reading: { ...reading, devices: [] }, cardsOnBus: {} })).toEqual([
    { level: 'ok', what: 'No GPU: processor and memory are offered.' },
  ])
})

test('counts equal cards together, and slices as one card', () => {
  const slice = (id: string): Device => ({ ...card, id, model: 'a100-mig-1g.10gb', partOf: 'GPU-9' })
  const what = (devices: Device[], nvidia: number) =>
    gpuFindings({ ...facts, reading: { ...reading, devices }, cardsOnBus: { nvidia } }).map((one) => one.what)
  expect(what([card, { ...card, id: 'GPU-2' }], 2)).toEqual(['2 × rtx4090 with 24 GiB.'])
  expect(what([slice('MIG-1'), slice('MIG-2')], 1)).toEqual(['2 × a100-mig-1g.10gb with 24 GiB.'])
})

test('says that an Apple GPU is out of reach of containers', () => {
  const apple: Device = { id: 'apple-0', vendor: 'apple', model: 'm3max', memoryBytes: 48 * gibibyte }
  const onMac = { ...facts, reading: { ...reading, devices: [apple] }, cardsOnBus: undefined }
  expect(gpuFindings(onMac).map(({ level }) => level)).toEqual(['ok', 'warning'])
  expect(gpuFindings({ ...onMac, engine: undefined }).map(({ level }) => level)).toEqual(['ok'])
})

test('knows each system’s way to install, and has an answer for every need on every system', () => {
  const systems = {
    ubuntu: systemOf('linux', 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'),
    mint: systemOf('linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n'),
    rocky: systemOf('linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'),
    arch: systemOf('linux', 'ID=arch\n'),
    tumbleweed: systemOf('linux', 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n'),
    nixos: systemOf('linux', 'ID=nixos\n'),
    mac: systemOf('darwin', ''),
    windows: systemOf('win32', ''),
  }
  expect(Object.values(systems).map(({ manager }) => manager)).toEqual([
    'apt',
    'apt',
    'dnf',
    'pacman',
    'zypper',
    undefined,
    'brew',
    'winget',
  ])
  expect(cureFor('docker', systems.windows)).toContain('winget install')
  expect(cureFor('docker', systems.mac)).toContain('brew install')
  expect(cureFor('docker', systems.arch)).toContain('pacman')
  const needs: Need[] = [
    'docker',
    'nvidia-driver',
    'nvidia-container-toolkit',
    'amd-tool',
    'intel-tool',
    'iptables',
  ]
  for (const system of Object.values(systems)) {
    for (const need of needs) expect(cureFor(need, system)).not.toBe('')
  }
})

test('counts cards on the bus, and no processor’s own graphics', () => {
  const device = (address: string, vendor: string, kind: string, memoryBytes?: number) => ({
    address,
    vendor,
    class: kind,
    memoryBytes,
  })
  expect(
    countCards([
      device('0000:01:00.0', '0x10de', '0x030000'),
      device('0000:01:00.1', '0x10de', '0x040300'),
      device('0000:41:00.0', '0x10de', '0x030200'),
      device('0000:c4:00.0', '0x1002', '0x038000', 512 * 1024 ** 2),
      device('0000:05:00.0', '0x1002', '0x120000', 192 * 1024 ** 3),
      device('0000:00:02.0', '0x8086', '0x030000'),
      device('0000:4d:00.0', '0x8086', '0x038000'),
      device('0000:00:1f.0', '0x1234', '0x030000'),
    ]),
  ).toEqual({ nvidia: 2, amd: 1, intel: 1 })
})

test('tells whether tenants can write more than they have rented, and what to do about it', () => {
  expect(diskFindings({ root: 'image', volumes: 'image' })).toMatchObject([{ level: 'ok' }])
  const lack = { what: 'this needs root', cure: 'Run the provider as root.' }
  expect(diskFindings({ root: 'none', volumes: 'none', lack })).toEqual([{ level: 'warning', ...lack }])
})
