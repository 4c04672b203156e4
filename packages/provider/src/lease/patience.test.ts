import { expect, test } from 'vitest'
import { inTime, type Sleep } from './patience.ts'

/** A waiting that only its signal ends. */
function endless() {
  const waits: (AbortSignal | undefined)[] = []
  const sleep: Sleep = (_ms, signal) => {
    waits.push(signal)
    return new Promise((_resolve, reject) =>
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
    )
  }
  return { sleep, left: () => waits.filter((signal) => signal?.aborted !== true).length }
}

test('a word that comes first leaves no timer behind, whether it is good or bad', async () => {
  const { sleep, left } = endless()
  expect(await inTime({ sleep }, Promise.resolve('good'), 30_000)).toBe('good')
  await expect(inTime({ sleep }, Promise.reject(new Error('bad')), 30_000)).rejects.toThrow('bad')
  expect(left()).toBe(0)
})

test('the time ends the waiting for a word that does not come', async () => {
  expect(await inTime({ sleep: async () => undefined }, new Promise(() => undefined), 1)).toBeUndefined()
})

test('who leaves waits for neither', async () => {
  const { sleep, left } = endless()
  const leaving = new AbortController()
  const waiting = inTime({ sleep, signal: leaving.signal }, new Promise(() => undefined), 30_000)
  leaving.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
  expect(left()).toBe(0)
})
