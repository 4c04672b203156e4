import { expect, test } from 'vitest'
import { serviceOf } from '../testing/groups.ts'
import { createGpuFigures, readGpuFigures } from './gpu-figures.ts'
import { sampleOf } from './sample-of.ts'

// As `nvidia-smi` of driver 550 prints it: two cards, the second without a power meter, and a slice that tells nothing.
const recorded = `GPU-5d0f3c1a-1111-2222-3333-444455556666, 87, 22410, 24564, 312.45, 71
GPU-7777aaaa-1111-2222-3333-444455556666, 0, 1, 16376, [N/A], 34
GPU-9999bbbb-1111-2222-3333-444455556666, [N/A], [N/A], [N/A], [N/A], [N/A]
`

test('reads what each card tells, and leaves out what it does not', () => {
  expect(readGpuFigures(recorded)).toEqual([
    {
      id: 'GPU-5d0f3c1a-1111-2222-3333-444455556666',
      utilisationPercent: 87,
      memoryUsedBytes: 22410 * 1024 * 1024,
      memoryTotalBytes: 24564 * 1024 * 1024,
      powerMilliwatts: 312_450,
      temperatureCelsius: 71,
    },
    {
      id: 'GPU-7777aaaa-1111-2222-3333-444455556666',
      utilisationPercent: 0,
      memoryUsedBytes: 1024 * 1024,
      memoryTotalBytes: 16376 * 1024 * 1024,
      temperatureCelsius: 34,
    },
    { id: 'GPU-9999bbbb-1111-2222-3333-444455556666' },
  ])
})

test('asks the driver once for everybody, and again when the answer is old', async () => {
  let nowMs = 0
  let asked = 0
  const figures = createGpuFigures({
    now: () => nowMs,
    ask: async () => {
      asked += 1
      return recorded
    },
  })
  await Promise.all([figures.of(['GPU-a']), figures.of(['GPU-b'])])
  expect(asked).toBe(1)
  nowMs = 5_000
  await figures.of(['GPU-a'])
  expect(asked).toBe(2)
  expect(await figures.of([])).toEqual([])
})

test('a machine without the driver’s program gives ids alone', async () => {
  const figures = createGpuFigures({
    now: () => 0,
    ask: () => Promise.reject(new Error('not found')),
  })
  expect(await figures.of(['GPU-a'])).toEqual([{ id: 'GPU-a' }])
})

test('processor use is what was used between two measurings', () => {
  const usage = { memoryBytes: 5, receivedBytes: 1, sentBytes: 2, readBytes: 3, writtenBytes: 4 }
  const sample = (before: number | undefined, after: number) =>
    sampleOf(
      serviceOf(),
      0,
      {
        before: before === undefined ? undefined : { atMs: 1_000, usage: { ...usage, cpuMs: before } },
        after: { atMs: 3_000, usage: { ...usage, cpuMs: after } },
      },
      [],
    ).cpuMillis
  expect(sample(100, 1_100)).toBe(500)
  expect(sample(undefined, 1_100)).toBe(0)
  // Started anew in between.
  expect(sample(1_100, 100)).toBe(0)
})
