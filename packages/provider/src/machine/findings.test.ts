import { gibibyte } from '@sublet/protocol'
import { expect, test } from 'vitest'
import type { Device } from '../inventory/device.ts'
import { engineFindings, gpuFindings, sizeFindings } from './findings.ts'

const card: Device = { id: 'GPU-1', vendor: 'nvidia', model: 'rtx4090', memoryBytes: 24 * gibibyte }
const facts = {
  platform: 'linux',
  devices: [card],
  driverProblem: undefined,
  driverVersion: '550.54.15',
  cardsOnBus: 1,
  engineKnowsNvidia: true,
  engine: 'docker',
} as const

test('a machine with all it needs has nothing to mend', () => {
  const findings = [
    ...sizeFindings({ cpuMillis: 16_000, memoryBytes: 64 * gibibyte, storageBytes: 500 * gibibyte }),
    ...engineFindings({ platform: 'linux', engine: 'docker', problem: undefined, firewall: true }),
    ...gpuFindings(facts),
  ]
  expect(findings.map(({ level }) => level)).not.toContain('error')
  expect(findings.every(({ cure }) => cure === undefined)).toBe(true)
  expect(findings.map(({ what }) => what)).toContain('rtx4090 with 24 GiB.')
})

test('whatever is missing comes with the command that mends it', () => {
  const cures = (findings: { cure?: string }[]) =>
    findings.flatMap(({ cure }) => (cure === undefined ? [] : [cure]))
  expect(cures(gpuFindings({ ...facts, devices: [] }))).toEqual([
    'sudo ubuntu-drivers install && sudo reboot',
  ])
  expect(cures(gpuFindings({ ...facts, engineKnowsNvidia: false }))[0]).toContain('nvidia-container-toolkit')
  expect(cures(gpuFindings({ ...facts, driverVersion: '470.1' }))[0]).toContain('ubuntu-drivers')
  expect(cures(gpuFindings({ ...facts, cardsOnBus: 2 }))[0]).toContain('dmesg')
  expect(cures(gpuFindings({ ...facts, driverProblem: 'NVIDIA-SMI has failed' }))[0]).toContain(
    'ubuntu-drivers',
  )
  expect(
    cures(engineFindings({ platform: 'linux', engine: undefined, problem: undefined, firewall: true })),
  ).toEqual(['curl -fsSL https://get.docker.com | sh'])
  expect(
    cures(
      engineFindings({
        platform: 'linux',
        engine: undefined,
        problem: { message: 'The container engine does not answer (EACCES).', hint: 'usermod' },
        firewall: true,
      }),
    ),
  ).toEqual(['usermod'])
  expect(
    cures(engineFindings({ platform: 'linux', engine: 'docker', problem: undefined, firewall: false }))[0],
  ).toContain('iptables')
})

test('a machine without a card is told that its processor earns too', () => {
  expect(gpuFindings({ ...facts, devices: [], cardsOnBus: 0 })).toEqual([
    { level: 'ok', what: 'No NVIDIA GPU: processor and memory are offered.' },
  ])
})
