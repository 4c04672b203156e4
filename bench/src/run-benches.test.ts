import { expect, test } from 'vitest'
import type { BenchRow, BenchRows, LeftOut } from './row.ts'
import { exitCodeOf, runBenches } from './run-benches.ts'

const row = (figure: string, ok = true): BenchRow => ({
  figure,
  ours: '1 ms',
  peer: '–',
  ratio: '–',
  target: '≤ 2 ms',
  ok,
})
const missing: LeftOut = { leftOut: 'containers', because: 'no engine answers' }

async function* giving(...given: (BenchRow | LeftOut | Error)[]): BenchRows {
  for (const one of given) {
    if (one instanceof Error) throw one
    yield one
  }
}

const run = (benches: Record<string, () => Promise<BenchRows>>, told: string[] = []) =>
  runBenches(Object.keys(benches), benches, {
    onStart: (name) => told.push(name),
    onRow: ({ figure }) => told.push(figure),
  })

test('tells rows as they come, and one bench that fails takes nothing from the others', async () => {
  const told: string[] = []
  const error = new Error('broke')
  const result = await run(
    {
      first: async () => giving(row('a'), error),
      second: async () => {
        throw error
      },
      third: async () => giving(row('b'), row('c')),
    },
    told,
  )
  expect(told).toEqual(['first', 'a', 'second', 'third', 'b', 'c'])
  expect(result.rows.map(({ figure }) => figure)).toEqual(['a', 'b', 'c'])
  expect(result.failed).toEqual([
    { name: 'first', error },
    { name: 'second', error },
  ])
  expect(Object.keys(result.whole)).toEqual(['third'])
  expect(exitCodeOf(result, { mustHaveAll: false })).toBe(1)
})

test('names what it leaves out; such a bench does not stand for the whole one, and is an error only where all must be there', async () => {
  const result = await run({
    part: async () => giving(row('a'), missing),
    whole: async () => giving(row('b')),
  })
  expect(result.leftOut).toEqual([missing])
  expect(result.whole).toEqual({ whole: [row('b')] })
  expect(exitCodeOf(result, { mustHaveAll: false })).toBe(0)
  expect(exitCodeOf(result, { mustHaveAll: true })).toBe(1)
})

test('a missed figure is an error', async () => {
  expect(exitCodeOf(await run({ slow: async () => giving(row('a', false)) }), { mustHaveAll: false })).toBe(1)
})
