import { expect, test } from 'vitest'
import { createLog } from './log.ts'

test('writes JSON lines and hides secrets by name', () => {
  const lines: string[] = []
  const log = createLog({ name: 'x', destination: { write: (line) => void lines.push(line) } })
  log.info({ privateKey: '0xabc', wallet: { passphrase: 'open', name: 'n' } }, 'hello')
  log.debug('not shown')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    name: 'x',
    msg: 'hello',
    privateKey: '(hidden)',
    wallet: { passphrase: '(hidden)', name: 'n' },
  })
})

test('writes lines for people when asked', () => {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  createLog({ name: 'x', pretty: true, destination }).warn('careful')
  expect(lines.join('')).toMatch(/WARN.*careful/)
})
