import { toHex } from 'viem'
import { expect, test } from 'vitest'
import {
  type NetworkAddresses,
  parseNetworkAddresses,
  serializeNetworkAddresses,
} from './network-addresses.ts'

const at = (n: number) => toHex(n, { size: 20 })
const addresses: NetworkAddresses = {
  chainId: 31337,
  escrow: at(1),
  nodeRegistry: at(2),
  networkToken: at(3),
  testDollar: at(4),
  deployedAtBlock: 12n,
}

test('reads back what it writes', () => {
  expect(parseNetworkAddresses(serializeNetworkAddresses(addresses))).toEqual(addresses)
})

test('reads back a whole network too', () => {
  const protocol = {
    beacon: at(5),
    epochs: at(6),
    verdicts: at(7),
    rewards: at(8),
    timelock: at(9),
    governor: at(10),
    hardwareFund: at(11),
  }
  expect(parseNetworkAddresses(serializeNetworkAddresses({ ...addresses, protocol }))).toEqual({
    ...addresses,
    protocol,
  })
  const { governor: _, ...rest } = protocol
  const text = JSON.stringify({ ...JSON.parse(serializeNetworkAddresses(addresses)), protocol: rest })
  expect(() => parseNetworkAddresses(text)).toThrow('governor')
})

test('names the field that is wrong', () => {
  const { escrow: _, ...rest } = JSON.parse(serializeNetworkAddresses(addresses))
  expect(() => parseNetworkAddresses(JSON.stringify(rest))).toThrow('escrow')
  expect(() => parseNetworkAddresses(JSON.stringify({ ...rest, chainId: -1 }))).toThrow('chainId')
  expect(() => parseNetworkAddresses('[]')).toThrow('chainId')
})
