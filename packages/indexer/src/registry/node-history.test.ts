import { expect, test } from 'vitest'
import { isActiveProvider, type NodeEvent, nodeOf } from './node-history.ts'

const address = `0x${'a1'.repeat(20)}` as const
const key = (byte: string) => `0x${byte.repeat(32)}` as const
const registered: NodeEvent = { type: 'registered', role: 'provider', endpoint: 'a', publicKey: key('01') }

test('a node is what its events come to', () => {
  const history: NodeEvent[] = [
    registered,
    { type: 'updated', endpoint: '', publicKey: key('02') },
    { type: 'registered', role: 'checker', endpoint: 'b', publicKey: key('00') },
    { type: 'jailed', untilSeconds: 100 },
    { type: 'role-left', role: 'checker' },
  ]
  expect(nodeOf(address, history)).toEqual({
    address,
    roles: ['provider'],
    endpoint: 'b',
    publicKey: key('02'),
    jailedUntil: 100,
  })
  // A reorganisation takes the last ones away.
  expect(nodeOf(address, history.slice(0, 1))?.publicKey).toBe(key('01'))
  expect(nodeOf(address, [])).toBeUndefined()
  expect(nodeOf(address, [registered, { type: 'role-left', role: 'provider' }])).toBeUndefined()
})

test('only a provider out of jail is active', () => {
  expect(isActiveProvider(nodeOf(address, [registered]), 0)).toBe(true)
  const jailed = nodeOf(address, [registered, { type: 'jailed', untilSeconds: 100 }])
  expect([isActiveProvider(jailed, 99_999), isActiveProvider(jailed, 100_000)]).toEqual([false, true])
  expect(isActiveProvider(nodeOf(address, [{ ...registered, role: 'checker' }]), 0)).toBe(false)
  expect(isActiveProvider(undefined, 0)).toBe(false)
})
