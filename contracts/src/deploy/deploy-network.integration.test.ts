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
  parseEther,
  toHex,
} from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningAnvil, startAnvil } from '../anvil/start-anvil.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { hardwareFundAbi } from '../generated/hardware-fund-abi.ts'
import { networkGovernorAbi } from '../generated/network-governor-abi.ts'
import { networkTokenAbi } from '../generated/network-token-abi.ts'
import { nodeRegistryAbi } from '../generated/node-registry-abi.ts'
import { explainRevert } from '../reverts/explain-revert.ts'
import { testAccount } from '../testing/escrow-network.ts'
import { DeploymentRefused, deployNetwork } from './deploy-network.ts'
import { whatIsNotHandedOver } from './hand-over.ts'
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
      initialSupply: parseEther('1000000'),
      distribution: [{ to: account.address, amount: parseEther('200000') }],
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
  expect(await whatIsNotHandedOver(publicClient, account.address, { ...network, protocol })).toEqual([])
  const votes = (holder: `0x${string}`) =>
    publicClient.readContract({
      address: network.networkToken,
      abi: networkTokenAbi,
      functionName: 'balanceOf',
      args: [holder],
    })
  expect(await votes(protocol.timelock)).toBe(parseEther('800000'))
  expect(await votes(account.address)).toBe(parseEther('200000'))

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

test('what is not handed over is told, and the treasury is the timelock all the same', async () => {
  const { publicClient, walletClient, account } = clients()
  const { protocol, ...core } = await deployNetwork({ publicClient, walletClient })
  if (protocol === undefined) throw new Error('nothing but the core was deployed')
  const left = await whatIsNotHandedOver(publicClient, account.address, { ...core, protocol })
  expect(left.filter((sentence) => sentence.startsWith('The owner'))).toHaveLength(6)
  expect(left.filter((sentence) => sentence.startsWith('The deployer'))).toHaveLength(4)
  expect(left).toHaveLength(10)
})

test('a hand-over to nobody, or to a treasury of its own, is refused before anything is sent', async () => {
  const { publicClient, walletClient, account } = clients()
  const before = await publicClient.getTransactionCount({ address: account.address })
  for (const options of [
    { handOver: true, coreOnly: true },
    { handOver: true, treasury: account.address },
    { initialSupply: 1n, distribution: [{ to: account.address, amount: 2n }] },
  ]) {
    await expect(deployNetwork({ publicClient, walletClient, options })).rejects.toThrow(DeploymentRefused)
  }
  expect(await publicClient.getTransactionCount({ address: account.address })).toBe(before)
})

test('leases paid in a token that was there before', async () => {
  const { publicClient, walletClient } = clients()
  const { testDollar: token } = await deployNetwork({
    publicClient,
    walletClient,
    options: { coreOnly: true },
  })
  const { protocol, ...core } = await deployNetwork({
    publicClient,
    walletClient,
    options: { paymentToken: token },
  })
  expect(core.testDollar).toBe(token)
  const allowed = await publicClient.readContract({
    address: core.escrow,
    abi: escrowAbi,
    functionName: 'tokenAllowed',
    args: [token],
  })
  expect(allowed).toBe(true)
  const asset = await publicClient.readContract({
    address: protocol?.hardwareFund ?? '0x',
    abi: hardwareFundAbi,
    functionName: 'asset',
  })
  expect(asset.toLowerCase()).toBe(token)
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
