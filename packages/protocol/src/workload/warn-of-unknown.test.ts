import { expect, test } from 'vitest'
import { readWorkload } from './read-workload.ts'

const told = (text: string, file = 'app.yaml') =>
  readWorkload(text, { file }).findings.map(({ code, line, mend }) => [code, line, mend])

test('hardware that nobody has is warned of, with what was meant', () => {
  expect(told('services:\n  a:\n    image: x\n    gpu: {vendor: nvida}\n    arch: amd46\n')).toEqual([
    ['workload.gpu-vendor', 2, 'write nvidia'],
    ['workload.cpu-arch', 2, 'write amd64'],
  ])
  expect(told('image: x\ngpu: {vendor: voodoo}\n')).toEqual([['workload.gpu-vendor', 1, undefined]])
})

test.each(['nvidia', 'amdgpu', 'cdi'])('a Compose device of the driver %s is one that is known', (driver) => {
  const device = `{driver: ${driver}, count: 1, capabilities: [gpu]}`
  const text = `services: {a: {image: x, deploy: {resources: {reservations: {devices: [${device}]}}}}}`
  expect(told(text)).toEqual([])
  expect(told(text.replace(driver, 'nvida'))).toEqual([['workload.gpu-vendor', 1, 'write nvidia']])
})
