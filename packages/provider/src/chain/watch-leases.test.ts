import type { Hex } from '@sublet/protocol'
import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import { watchLeases } from './watch-leases.ts'

const lease = (name: string): Hex => `0x${name.repeat(64)}`

/** Runs the watch over heads that the chain tells in turn; a missing one is silence. */
async function watched(heads: (bigint | undefined)[]) {
  const stop = new AbortController()
  const heard: string[] = []
  const touches = new Map([
    [3n, lease('a')],
    [5n, lease('b')],
  ])
  await watchLeases({
    chain: {
      async blockNumber() {
        const head = heads.shift()
        if (head === undefined) throw new Error('nobody answers')
        return head
      },
      async touchedBetween(from, to) {
        return [...touches].flatMap(([block, leaseId]) => (block >= from && block <= to ? [leaseId] : []))
      },
    },
    since: 2n,
    everyMs: 1,
    async sleep() {
      if (heads.length === 0) stop.abort()
    },
    signal: stop.signal,
    log: createLog({ name: 'test', level: 'silent' }),
    onTouched: (leaseId) => heard.push(leaseId.slice(2, 3)),
    onRewound: () => heard.push('all'),
  })
  return heard
}

test('tells of every lease once, from the block after the one that was seen before', async () => {
  expect(await watched([2n, 4n, 4n, 6n])).toEqual(['a', 'b'])
  expect(await watched([6n])).toEqual(['a', 'b'])
})

test('misses nothing of what happened while the chain was silent', async () => {
  expect(await watched([3n, undefined, undefined, 5n])).toEqual(['a', 'b'])
})

test('has every lease looked at when blocks are gone, and hears what comes after', async () => {
  expect(await watched([6n, 4n, 5n])).toEqual(['a', 'b', 'all', 'b'])
})
