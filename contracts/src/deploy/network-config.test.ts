import { expect, test } from 'vitest'
import { parseNetworkConfig } from './network-config.ts'

const token = `0x${'aB'.repeat(20)}`

test('amounts are text, addresses come in lower case, and what is left out is absent', () => {
  const text = JSON.stringify({
    paymentToken: token,
    minimumStake: { provider: { base: '1000000000000000000000' } },
    distribution: [{ to: token, amount: '5' }],
    votingDelaySeconds: 60,
    handOver: true,
  })
  const options = parseNetworkConfig(text)
  expect(options).toEqual({
    paymentToken: token.toLowerCase(),
    minimumStake: { provider: { base: 10n ** 21n, perCapacity: 0n } },
    distribution: [{ to: token.toLowerCase(), amount: 5n }],
    votingDelaySeconds: 60,
    handOver: true,
  })
  expect(Object.keys(options)).toHaveLength(5)
})

test.each([
  ['{"guardian":"0x12"}', 'guardian'],
  ['{"beaconBond":5}', 'beaconBond'],
  ['{"beaconBond":"5.5"}', 'beaconBond'],
  ['{"treasuryFeeBps":1001}', 'treasuryFeeBps'],
  ['{"bacon":"drand"}', 'bacon'],
  ['[]', 'The configuration is wrong'],
  ['{', 'JSON'],
])('%s is refused', (text, word) => {
  expect(() => parseNetworkConfig(text)).toThrow(word)
})
