import { drawCommittee, type FrozenChecker } from '@sublet/protocol'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  http,
  keccak256,
  parseEventLogs,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { expect, test } from 'vitest'
import { startAnvil } from './src/anvil/start-anvil.ts'
import { deployNetwork } from './src/deploy/deploy-network.ts'
import { waitForReceipt } from './src/deploy/wait-for-receipt.ts'
import { commitRevealBeaconAbi } from './src/generated/commit-reveal-beacon-abi.ts'
import { epochsAbi } from './src/generated/epochs-abi.ts'
import { networkTokenAbi } from './src/generated/network-token-abi.ts'
import { nodeRegistryAbi } from './src/generated/node-registry-abi.ts'
import { type TestAccount, testAccount } from './src/testing/escrow-network.ts'

test('the chain and the protocol draw the same committees', async () => {
  const chain = await startAnvil()
  try {
    const transport = http(chain.rpcUrl)
    const publicClient = createPublicClient({ transport, pollingInterval: 5, batch: { multicall: false } })
    const testClient = createTestClient({ mode: 'anvil', transport })
    const owner = testAccount(0)
    await testClient.setBalance({ address: owner.address, value: 10n ** 21n })
    const wallet = createWalletClient({ transport, account: owner })
    const { timestamp } = await publicClient.getBlock()
    const genesisSeconds = Number(timestamp) + 10_000
    const network = await deployNetwork({ publicClient, walletClient: wallet, options: { genesisSeconds } })
    const { protocol } = network
    if (protocol === undefined) throw new Error('nothing but the core was deployed')

    const send = async (account: TestAccount, to: `0x${string}`, data: `0x${string}`) => {
      const hash = await wallet.sendTransaction({ account, chain: null, to, data })
      const receipt = await waitForReceipt(publicClient, { hash, pollingIntervalMs: 2 })
      expect(receipt.status).toBe('success')
      return receipt
    }
    const onToken = { abi: networkTokenAbi } as const
    const onRegistry = { abi: nodeRegistryAbi } as const
    const approve = encodeFunctionData({
      ...onToken,
      functionName: 'approve',
      args: [network.nodeRegistry, 2n ** 256n - 1n],
    })
    await send(owner, network.networkToken, approve)
    const checkers = Array.from({ length: 23 }, (_, i) => testAccount(500 + i))
    const register = encodeFunctionData({
      ...onRegistry,
      functionName: 'register',
      args: [2, '', zeroHash, zeroAddress, zeroHash],
    })
    for (const [i, checker] of checkers.entries()) {
      await testClient.setBalance({ address: checker.address, value: 10n ** 20n })
      // Some have no stake at all, some a thousand times more than others.
      const stake = i % 5 === 0 ? 0n : 10n ** BigInt(i) + BigInt(i)
      if (stake !== 0n) {
        const args = [checker.address, stake] as const
        await send(
          owner,
          network.nodeRegistry,
          encodeFunctionData({ ...onRegistry, functionName: 'stakeFor', args }),
        )
      }
      await send(checker, network.nodeRegistry, register)
    }

    await testClient.setNextBlockTimestamp({ timestamp: BigInt(genesisSeconds - 899) })
    const freeze = encodeFunctionData({ abi: epochsAbi, functionName: 'freeze' })
    const receipt = await send(owner, protocol.epochs, freeze)
    const [frozen] = parseEventLogs({ abi: epochsAbi, eventName: 'CheckersFrozen', logs: receipt.logs })
    if (frozen === undefined) throw new Error('nothing was frozen')
    const [first] = checkers
    if (first === undefined) throw new Error('no checker')
    const secret = keccak256(toHex('secret'))
    const commitment = keccak256(
      encodeAbiParameters(
        [{ type: 'uint64' }, { type: 'address' }, { type: 'bytes32' }],
        [1n, first.address, secret],
      ),
    )
    const onBeacon = { abi: commitRevealBeaconAbi } as const
    await send(
      first,
      protocol.beacon,
      encodeFunctionData({ ...onBeacon, functionName: 'commit', args: [1n, commitment] }),
    )
    await testClient.setNextBlockTimestamp({ timestamp: BigInt(genesisSeconds) })
    await send(
      first,
      protocol.beacon,
      encodeFunctionData({ ...onBeacon, functionName: 'reveal', args: [1n, secret] }),
    )
    await testClient.setNextBlockTimestamp({ timestamp: BigInt(genesisSeconds + 450) })
    await send(
      owner,
      protocol.epochs,
      encodeFunctionData({ abi: epochsAbi, functionName: 'begin', args: [1n] }),
    )

    const onEpochs = { address: protocol.epochs, abi: epochsAbi } as const
    const [seed] = await publicClient.readContract({ ...onEpochs, functionName: 'epochOf', args: [1n] })
    const list = frozen.args.checkers.map(
      (address, i): FrozenChecker => ({ address, stake: frozen.args.stakes[i] ?? 0n }),
    )
    for (let i = 0; i < 300; i += 1) {
      const purpose = keccak256(toHex(`purpose ${i}`))
      const size = i % 26
      const args = [1n, purpose, BigInt(size), frozen.args.checkers, frozen.args.stakes] as const
      const onChain = await publicClient.readContract({ ...onEpochs, functionName: 'committee', args })
      expect(drawCommittee({ seed, purpose, size, checkers: list })).toEqual(onChain)
    }
  } finally {
    await chain.stop()
  }
})
