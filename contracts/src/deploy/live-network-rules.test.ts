import { expect, test } from 'vitest'
import type { DeployOptions } from './deploy-options.ts'
import { refusalsOfHandOver, refusalsOfLiveNetwork } from './live-network-rules.ts'

const token = `0x${'11'.repeat(20)}` as const
const stake = { base: 1n, perCapacity: 0n }
const sound: DeployOptions = {
  paymentToken: token,
  minimumStake: { provider: stake, indexer: stake, checker: stake },
  beaconBond: 1n,
  handOver: true,
  distribution: [{ to: token, amount: 4n }],
}

test('a chain of one’s own and a declared test network may have what anybody mints and nothing at stake', () => {
  expect(refusalsOfLiveNetwork(31337, {}, 100n)).toEqual([])
  expect(refusalsOfLiveNetwork(1, { testNetwork: true }, 100n)).toEqual([])
  expect(refusalsOfLiveNetwork(1, {}, 100n)).toHaveLength(5)
})

test('a sound configuration passes anywhere', () => {
  expect(refusalsOfLiveNetwork(1, sound, 100n)).toEqual([])
  expect(refusalsOfHandOver(sound, 100n)).toEqual([])
})

test.each<[string, DeployOptions, string]>([
  ['a test dollar', { ...sound, paymentToken: undefined as never }, 'paymentToken'],
  [
    'a role without stake',
    { ...sound, minimumStake: { provider: stake, indexer: stake } },
    'minimumStake.checker',
  ],
  [
    'a stake of zero',
    { ...sound, minimumStake: { ...sound.minimumStake, provider: { base: 0n, perCapacity: 9n } } },
    'minimumStake.provider',
  ],
  ['secrets without a bond', { ...sound, beaconBond: 0n }, 'beaconBond'],
  ['a slash of nothing', { ...sound, slashAmount: 0n }, 'slashAmount'],
  ['appeals for nothing', { ...sound, appealBond: 0n }, 'appealBond'],
  ['challenges for nothing', { ...sound, challengeBond: 0n }, 'challengeBond'],
  [
    'votes that reach no quorum',
    { ...sound, distribution: [{ to: token, amount: 3n }] },
    'distribution gives 3',
  ],
])('refused where others put money in: %s', (_, options, word) => {
  const refusals = refusalsOfLiveNetwork(1, options, 100n)
  expect(refusals).toHaveLength(1)
  expect(refusals[0]).toContain(word)
})

test('drand needs no bond', () => {
  expect(refusalsOfLiveNetwork(1, { ...sound, beacon: 'drand', beaconBond: 0n }, 100n)).toEqual([])
})
