import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startSpinner } from './spinner.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function aTerminal(columns = 80) {
  const written: string[] = []
  return { written, columns, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
}

test('signals and keys stay the command’s', () => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const before = signals.map((signal) => process.listenerCount(signal))
  const keys = process.stdin.listenerCount('data')
  const spinner = startSpinner(aTerminal(), 'Working')
  expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before)
  expect(process.stdin.listenerCount('data')).toBe(keys)
  spinner.done('Worked')
})

test('a message that is longer than the terminal is wide stays in its line', () => {
  const terminal = aTerminal(20)
  const spinner = startSpinner(terminal, 'x'.repeat(100))
  expect(terminal.written.join('')).not.toContain('x'.repeat(18))
  expect(terminal.written.join('')).toContain('x'.repeat(16))
  spinner.failed('Stopped')
})

test('it stops turning at its end, and the cursor comes back', () => {
  const terminal = aTerminal()
  const listeners = process.listenerCount('exit')
  const spinner = startSpinner(terminal, 'Working')
  spinner.update('Nearly there')
  spinner.done('Worked')
  expect(terminal.written.at(-1)).toContain('Worked\n\u001b[?25h')
  const count = terminal.written.length
  vi.advanceTimersByTime(1_000)
  expect(terminal.written).toHaveLength(count)
  expect(process.listenerCount('exit')).toBe(listeners)
})
