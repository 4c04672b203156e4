import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMerge } from './merge.ts'

async function* of<T>(items: readonly T[], waits: readonly number[] = []): AsyncGenerator<T> {
  for (const [index, item] of items.entries()) {
    for (let turn = 0; turn < (waits[index] ?? 0); turn += 1) await Promise.resolve()
    yield item
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test('gives every item of every source once, each source in its own order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(6))), async (sources) => {
      const merge = createMerge<[number, number]>()
      for (const [name, waits] of sources.entries()) {
        merge.add(
          of(
            waits.map((_, index): [number, number] => [name, index]),
            waits,
          ),
        )
      }
      const all = await collect(merge.items())
      for (const [name, waits] of sources.entries()) {
        expect(all.filter(([from]) => from === name).map(([, index]) => index)).toEqual(
          waits.map((_, index) => index),
        )
      }
    }),
  )
})

test('gives the items of a source that came while the others were silent', async () => {
  const merge = createMerge<string>()
  let end: () => void = () => {}
  const silent = new Promise<void>((resolve) => {
    end = resolve
  })
  merge.add(
    (async function* (): AsyncGenerator<string> {
      await silent
      yield 'at last'
    })(),
  )
  const items = merge.items()
  const first = items.next()
  merge.add(of(['late']))
  expect(await first).toEqual({ done: false, value: 'late' })
  end()
  expect(await items.next()).toEqual({ done: false, value: 'at last' })
  expect(await items.next()).toEqual({ done: true, value: undefined })
})

test('passes a failure on and ends the other sources', async () => {
  let ended = false
  const merge = createMerge<string>()
  merge.add(
    (async function* () {
      try {
        for (;;) yield 'on and on'
      } finally {
        ended = true
      }
    })(),
  )
  merge.add(
    (async function* (): AsyncGenerator<string> {
      yield 'one'
      throw new Error('broke off')
    })(),
  )
  const items = merge.items()
  const readAll = async () => {
    for (let reads = 0; reads < 100; reads += 1) await items.next()
  }
  await expect(readAll()).rejects.toThrow('broke off')
  await expect.poll(() => ended).toBe(true)
})
