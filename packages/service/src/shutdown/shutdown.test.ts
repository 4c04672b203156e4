import { expect, test } from 'vitest'
import { createShutdown } from './shutdown.ts'

test('undoes in reverse order, once, however often it is asked', async () => {
  const shutdown = createShutdown()
  const done: string[] = []
  shutdown.add('first', () => void done.push('first'))
  shutdown.add('second', async () => {
    await Promise.resolve()
    done.push(`second, aborted ${shutdown.signal.aborted}`)
  })
  await Promise.all([shutdown.run(), shutdown.run()])
  await shutdown.run()
  expect(done).toEqual(['second, aborted true', 'first'])
})

test('goes on past a failure and names it', async () => {
  const shutdown = createShutdown()
  let undone = false
  shutdown.add('first', () => {
    undone = true
  })
  shutdown.add('store', () => {
    throw new Error('no answer')
  })
  await expect(shutdown.run()).rejects.toThrow('stopping store failed: Error: no answer')
  expect(undone).toBe(true)
})

test('undoes what comes too late', async () => {
  const shutdown = createShutdown()
  await shutdown.run()
  let undone = false
  shutdown.add('late', () => {
    undone = true
  })
  await shutdown.run()
  expect(undone).toBe(true)
})
