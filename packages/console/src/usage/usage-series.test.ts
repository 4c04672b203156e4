import type { InstanceSample, LeaseSample } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { addSamples, keptSamples, usageSeries } from './usage-series.ts'

function instanceOf(service: string, more: Partial<InstanceSample> = {}): InstanceSample {
  return {
    service,
    replica: 0,
    cpuMillis: 100,
    cpuLimitMillis: 500,
    memoryBytes: 10,
    memoryLimitBytes: 100,
    receivedBytes: 0,
    sentBytes: 0,
    readBytes: 0,
    writtenBytes: 0,
    gpus: [],
    ...more,
  }
}
const sampleOf = (atMs: number, ...instances: InstanceSample[]): LeaseSample => ({ atMs, instances })

test('adds instances up, or shows one alone', () => {
  const samples = [
    sampleOf(1_000, instanceOf('web', { receivedBytes: 100 }), instanceOf('db', { receivedBytes: 50 })),
    sampleOf(3_000, instanceOf('web', { receivedBytes: 500 }), instanceOf('db', { receivedBytes: 250 })),
  ]
  expect(usageSeries(samples, '')).toMatchObject({
    atMs: [1_000, 3_000],
    cpuMillis: [200, 200],
    received: [null, 300],
    limits: { cpuMillis: 1_000, memoryBytes: 200 },
  })
  expect(usageSeries(samples, 'db/0')).toMatchObject({ cpuMillis: [100, 100], received: [null, 100] })
})

test('a restart or a new replica moves nothing backwards', () => {
  const samples = [
    sampleOf(1_000, instanceOf('web', { sentBytes: 9_000 })),
    sampleOf(2_000, instanceOf('web', { sentBytes: 10 }), instanceOf('web', { replica: 1, sentBytes: 7 })),
  ]
  expect(usageSeries(samples, '').sent).toEqual([null, 0])
})

test('no line is drawn through a silence', () => {
  const series = usageSeries([sampleOf(1_000, instanceOf('web')), sampleOf(61_000, instanceOf('web'))], '')
  expect(series.atMs).toEqual([1_000, 1_001, 61_000])
  expect(series.cpuMillis).toEqual([100, null, 100])
  expect(series.received).toEqual([null, null, null])
})

test('tells of GPUs where there are some, leaving out cards that are silent', () => {
  const gpus = [
    { id: 'a', utilisationPercent: 80, memoryUsedBytes: 10, memoryTotalBytes: 24 },
    { id: 'b', utilisationPercent: 40, memoryUsedBytes: 20, memoryTotalBytes: 24 },
    { id: 'c' },
  ]
  expect(usageSeries([sampleOf(1_000, instanceOf('web', { gpus }))], '')).toMatchObject({
    gpuPercent: [60],
    gpuMemoryBytes: [30],
    limits: { gpuMemoryBytes: 48 },
  })
  expect(usageSeries([sampleOf(1_000, instanceOf('web'))], '')).not.toHaveProperty('gpuPercent')
})

test('keeps the newest samples, each once', () => {
  const many = Array.from({ length: keptSamples + 5 }, (_, index) => sampleOf(index + 1))
  const kept = addSamples(addSamples([], many), many.slice(-3))
  expect(kept.map(({ atMs }) => atMs)).toEqual(many.slice(5).map(({ atMs }) => atMs))
})
