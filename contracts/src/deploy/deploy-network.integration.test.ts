import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  http,
  keccak256,
  toHex,
} from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningAnvil, startAnvil } from '../anvil/start-anvil.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { networkGovernorAbi } from '../generated/network-governor-abi.ts'
import { networkTokenAbi } from '../generated/network-token-abi.ts'
import { nodeRegistryAbi } from '../generated/node-registry-abi.ts'
import { explainRevert } from '../reverts/explain-revert.ts'
import { testAccount } from '../testing/escrow-network.ts'
import { deployNetwork } from './deploy-network.ts'
import { readNetworkAddresses, writeNetworkAddresses } from './network-file.ts'
import { waitForReceipt } from './wait-for-receipt.ts'

let chain: RunningAnvil
beforeAll(async () => {
  chain = await startAnvil()
})
afterAll(() => chain.stop())

function clients() {
  const transport = http(chain.rpcUrl)
  const account = testAccount(0)
  return {
    publicClient: createPublicClient({ transport, pollingInterval: 10 }),
    walletClient: createWalletClient({ transport, account }),
    testClient: createTestClient({ mode: 'anvil', transport }),
    account,
  }
}

test('after a hand-over a parameter changes only by a vote and through the timelock', async () => {
  const { publicClient, walletClient, testClient, account } = clients()
  await testClient.setBalance({ address: account.address, value: 10n ** 21n })
  const network = await deployNetwork({
    publicClient,
    walletClient,
    options: {
      handOver: true,
      treasuryFeeBps: 100,
      votingDelaySeconds: 60,
      votingPeriodSeconds: 600,
      timelockDelaySeconds: 3_600,
    },
  })
  const { protocol } = network
  if (protocol === undefined) throw new Error('nothing but the core was deployed')
  const folder = await mkdtemp(join(tmpdir(), 'sublet-network-'))
  await writeNetworkAddresses(join(folder, 'network.json'), network)
  expect(await readNetworkAddresses(join(folder, 'network.json'))).toEqual(network)
  expect(await readNetworkAddresses(join(folder, 'none.json'))).toBeUndefined()
  await rm(folder, { recursive: true })

  for (const address of [
    network.escrow,
    network.nodeRegistry,
    network.networkToken,
    protocol.verdicts,
    protocol.rewards,
    protocol.hardwareFund,
  ]) {
    expect(
      (await publicClient.readContract({ address, abi: escrowAbi, functionName: 'owner' })).toLowerCase(),
    ).toBe(protocol.timelock)
  }
  const escrow = { address: network.escrow, abi: escrowAbi } as const
  expect((await publicClient.readContract({ ...escrow, functionName: 'treasury' })).toLowerCase()).toBe(
    protocol.timelock,
  )
  const refused = await publicClient
    .simulateContract({ ...escrow, account, functionName: 'setNoticePeriod', args: [60] })
    .catch((error: unknown) => explainRevert(error)?.name)
  expect(refused).toBe('OwnableUnauthorizedAccount')

  const send = async (hash: Promise<`0x${string}`>) => {
    const receipt = await waitForReceipt(publicClient, { hash: await hash, pollingIntervalMs: 2 })
    expect(receipt.status).toBe('success')
  }
  const governor = { address: protocol.governor, abi: networkGovernorAbi, account, chain: null } as const
  await send(
    walletClient.writeContract({
      address: network.networkToken,
      abi: networkTokenAbi,
      chain: null,
      functionName: 'delegate',
      args: [account.address],
    }),
  )
  await testClient.increaseTime({ seconds: 10 })
  await testClient.mine({ blocks: 1 })
  const data = encodeFunctionData({ abi: escrowAbi, functionName: 'setNoticePeriod', args: [1_234] })
  const proposal = [[network.escrow], [0n], [data]] as const
  await send(
    walletClient.writeContract({ ...governor, functionName: 'propose', args: [...proposal, 'notice'] }),
  )
  const descriptionHash = keccak256(toHex('notice'))
  const proposalId = await publicClient.readContract({
    ...governor,
    functionName: 'getProposalId',
    args: [...proposal, descriptionHash],
  })
  await testClient.increaseTime({ seconds: 70 })
  await send(walletClient.writeContract({ ...governor, functionName: 'castVote', args: [proposalId, 1] }))
  await testClient.increaseTime({ seconds: 700 })
  await send(
    walletClient.writeContract({ ...governor, functionName: 'queue', args: [...proposal, descriptionHash] }),
  )
  const early = await publicClient
    .simulateContract({
      address: protocol.governor,
      abi: networkGovernorAbi,
      account,
      functionName: 'execute',
      args: [...proposal, descriptionHash],
    })
    .catch((error: unknown) => explainRevert(error)?.name)
  expect(early).toBe('TimelockUnexpectedOperationState')
  await testClient.increaseTime({ seconds: 3_700 })
  await send(
    walletClient.writeContract({
      ...governor,
      functionName: 'execute',
      args: [...proposal, descriptionHash],
    }),
  )
  expect(await publicClient.readContract({ ...escrow, functionName: 'noticePeriod' })).toBe(1_234)
})

test('the core alone, with stake to be put up', async () => {
  const { publicClient, walletClient } = clients()
  const network = await deployNetwork({
    publicClient,
    walletClient,
    options: {
      coreOnly: true,
      guardian: testAccount(3).address,
      minimumStake: { provider: { base: 5n, perCapacity: 7n } },
    },
  })
  expect(network.protocol).toBeUndefined()
  const needed = await publicClient.readContract({
    address: network.nodeRegistry,
    abi: nodeRegistryAbi,
    functionName: 'minimumStake',
    args: [0, 3],
  })
  expect(needed).toBe(26n)
})
