import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { unlessAborted, watchInterruption } from './interruption.ts'

function aTerminal() {
  const source = new EventEmitter()
  const clock = { nowMs: 0 }
  const exits: number[] = []
  const interruption = watchInterruption({
    source,
    now: () => clock.nowMs,
    exit: (code) => void exits.push(code),
  })
  return { source, clock, exits, interruption }
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s asks for an orderly end', async (signal) => {
  const { source, exits, interruption } = aTerminal()
  expect(interruption.signal.aborted).toBe(false)
  source.emit(signal)
  await interruption.asked
  expect(interruption.signal.aborted).toBe(true)
  expect(exits).toEqual([])
})

test('one key that npm passes on a second time is one; a second key leaves at once', () => {
  const { source, clock, exits } = aTerminal()
  source.emit('SIGINT')
  clock.nowMs = 900
  source.emit('SIGINT')
  expect(exits).toEqual([])
  clock.nowMs = 1_001
  source.emit('SIGINT')
  expect(exits).toEqual([130])
})

test('work that is under way is not waited for, and its failure is nobody’s', async () => {
  const asking = new AbortController()
  let fail: (reason: Error) => void = () => undefined
  const work = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  const waiting = unlessAborted(asking.signal, work)
  asking.abort()
  await expect(waiting).rejects.toBe(asking.signal.reason)
  fail(new Error('too late'))
  await expect(unlessAborted(asking.signal, Promise.resolve(1))).rejects.toBe(asking.signal.reason)
  expect(await unlessAborted(new AbortController().signal, Promise.resolve(1))).toBe(1)
})

test('once it is released, signals are others’ again', () => {
  const { source, interruption } = aTerminal()
  interruption.release()
  expect(source.eventNames()).toEqual([])
})
