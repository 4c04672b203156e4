import {
  concatHex,
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  sha256,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { expect, test } from 'vitest'
import { startAnvil } from '../anvil/start-anvil.ts'
import { drandBeaconAbi } from '../generated/drand-beacon-abi.ts'
import { epochsAbi } from '../generated/epochs-abi.ts'
import { nodeRegistryAbi } from '../generated/node-registry-abi.ts'
import { explainRevert } from '../reverts/explain-revert.ts'
import { testAccount } from '../testing/escrow-network.ts'
import { deployNetwork } from './deploy-network.ts'
import { drandEvmnet } from './deploy-protocol.ts'
import { waitForReceipt } from './wait-for-receipt.ts'

/** Rounds of drand's evmnet, as it published them: two coordinates in G1. */
const round = 10_000_000n
const published = [
  0x2c7b65b5acfe55256910ca71cf0a0fa71ac34c2a1167f86a22930a03e70ebec0n,
  0x0f7a530796e7ee38600b06da0390634a9b154e3eebc3b323dde2111e1c8ebdf3n,
] as const
const ofAnotherRound = [
  0x13d1b70855d04ea9af3efc4a03378f655459da97819ca4c63427104cf20bd724n,
  0x2c4116eba1899aefcc969a160faa09d164ef5c2dbcef91ad7455ad7c0457d37cn,
] as const

test("a network on drand begins an epoch with drand's own signature, and with no other", async () => {
  // Epoch 1 starts a second before the round is signed, so that is its round; the checkers are frozen before.
  const genesisSeconds = Number(drandEvmnet.genesisSeconds + (round - 1n) * drandEvmnet.periodSeconds) - 1
  const chain = await startAnvil({ timestamp: genesisSeconds - 850 })
  try {
    const transport = http(chain.rpcUrl)
    const publicClient = createPublicClient({ transport, pollingInterval: 5 })
    const testClient = createTestClient({ mode: 'anvil', transport })
    const account = testAccount(0)
    const walletClient = createWalletClient({ transport, account })
    await testClient.setBalance({ address: account.address, value: 10n ** 21n })
    const { nodeRegistry, protocol, chainId } = await deployNetwork({
      publicClient,
      walletClient,
      options: { beacon: 'drand', genesisSeconds },
    })
    if (protocol === undefined) throw new Error('nothing but the core was deployed')
    const send = async (to: Hex, data: Hex) => {
      const hash = await walletClient.sendTransaction({ chain: null, to, data })
      const receipt = await waitForReceipt(publicClient, { hash, pollingIntervalMs: 2 })
      expect(receipt.status).toBe('success')
      return receipt
    }
    const register = [2, '', zeroHash, zeroAddress, zeroHash] as const
    await send(
      nodeRegistry,
      encodeFunctionData({ abi: nodeRegistryAbi, functionName: 'register', args: register }),
    )
    await send(protocol.epochs, encodeFunctionData({ abi: epochsAbi, functionName: 'freeze' }))
    await testClient.setNextBlockTimestamp({ timestamp: BigInt(genesisSeconds) + 2n })
    await testClient.mine({ blocks: 1 })

    const beacon = { address: protocol.beacon, abi: drandBeaconAbi, account } as const
    expect(await publicClient.readContract({ ...beacon, functionName: 'roundOf', args: [1n] })).toBe(round)
    const begin = { address: protocol.epochs, abi: epochsAbi, account, functionName: 'begin' } as const
    const refusal = (error: unknown) => explainRevert(error)?.name
    expect(await publicClient.simulateContract({ ...begin, args: [1n] }).catch(refusal)).toBe(
      'BeaconNotReady',
    )
    const wrong = { ...beacon, functionName: 'submit', args: [1n, ofAnotherRound] } as const
    expect(await publicClient.simulateContract(wrong).catch(refusal)).toBe('BeaconSignatureInvalid')

    await send(
      protocol.beacon,
      encodeFunctionData({ abi: drandBeaconAbi, functionName: 'submit', args: [1n, published] }),
    )
    await send(protocol.epochs, encodeFunctionData({ abi: epochsAbi, functionName: 'begin', args: [1n] }))
    const value = sha256(concatHex(published.map((coordinate) => toHex(coordinate, { size: 32 }))))
    const [seed] = await publicClient.readContract({
      address: protocol.epochs,
      abi: epochsAbi,
      functionName: 'epochOf',
      args: [1n],
    })
    const types = [{ type: 'uint256' }, { type: 'address' }, { type: 'uint64' }, { type: 'bytes32' }] as const
    expect(seed).toBe(keccak256(encodeAbiParameters(types, [BigInt(chainId), protocol.epochs, 1n, value])))
  } finally {
    await chain.stop()
  }
})
