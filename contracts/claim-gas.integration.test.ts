import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  keccak256,
  parseEventLogs,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem'
import { expect, test } from 'vitest'
import { commitRevealBeaconAbi } from './src/generated/commit-reveal-beacon-abi.ts'
import { epochsAbi } from './src/generated/epochs-abi.ts'
import { networkTokenAbi } from './src/generated/network-token-abi.ts'
import { nodeRegistryAbi } from './src/generated/node-registry-abi.ts'
import { rewardsAbi } from './src/generated/rewards-abi.ts'
import { startEscrowNetwork, type TestAccount, testAccount } from './src/testing/escrow-network.ts'

const path = fileURLToPath(new URL('./snapshots/rewards.json', import.meta.url))
const most = 60_000

function leafOf(account: Hex, cumulative: bigint): Hex {
  return keccak256(
    keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [account, cumulative])),
  )
}

const pair = (a: Hex, b: Hex) => keccak256(BigInt(a) < BigInt(b) ? concatHex([a, b]) : concatHex([b, a]))

/** The tree above leaves whose number is a power of two. */
function treeOf(leaves: readonly Hex[]) {
  const levels: (readonly Hex[])[] = [leaves]
  for (let level = leaves; level.length > 1; ) {
    level = Array.from({ length: level.length / 2 }, (_, i) => pair(at(level, 2 * i), at(level, 2 * i + 1)))
    levels.push(level)
  }
  const root = at(levels.at(-1) ?? [], 0)
  const proofOf = (leaf: number) => levels.slice(0, -1).map((level, depth) => at(level, (leaf >> depth) ^ 1))
  return { root, proofOf }
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new RangeError(`nothing at ${index}`)
  return item
}

const batchSize = 64

/**
 * Whole transactions, as in the gas test of the escrow: a tree of 1,024 accounts, claimed for the first time and again. Those who earn are nodes,
 * and registering made the record that a claim writes to.
 */
test('reward claims', async () => {
  const n = await startEscrowNetwork()
  try {
    const { protocol } = n.network
    if (protocol === undefined) throw new Error('nothing but the core was deployed')
    const checker = testAccount(20)
    const nodes = Array.from({ length: batchSize + 2 }, (_, i) => testAccount(1_000 + i))
    const accounts = [
      ...nodes.map(({ address }) => address),
      ...Array.from({ length: 1_024 - nodes.length }, (_, i) => toHex(0xea0000 + i, { size: 20 })),
    ]
    const [holder, newcomer, stranger] = [0, 1, nodes.length]
    const batch = Array.from({ length: batchSize }, (_, i) => i + 2)
    const figures: Record<string, number> = {}
    const register = async (account: TestAccount, role: 0 | 2) => {
      await n.giveEther(account.address)
      const args = [role, 'https://node.example', keccak256(account.address), zeroAddress, zeroHash] as const
      const data = encodeFunctionData({ abi: nodeRegistryAbi, functionName: 'register', args })
      return Number((await n.send(account, n.network.nodeRegistry, data)).gasUsed)
    }
    await register(checker, 2)
    for (const node of nodes) figures['register a node'] = await register(node, 0)
    for (const leaf of [holder, stranger]) {
      const args = [at(accounts, leaf), 1n] as const
      const data = encodeFunctionData({ abi: networkTokenAbi, functionName: 'transfer', args })
      await n.send(n.deployer, n.network.networkToken, data)
    }
    const onEpochs = { address: protocol.epochs, abi: epochsAbi } as const
    const onRewards = { address: protocol.rewards, abi: rewardsAbi } as const
    const warpTo = async (timestamp: bigint) => n.testClient.setNextBlockTimestamp({ timestamp })
    const promised = [10n ** 17n, 2n * 10n ** 17n]
    let epoch = await n.publicClient.readContract({ ...onEpochs, functionName: 'currentEpoch' })

    for (const [round, cumulative] of promised.entries()) {
      epoch += 2n
      const start = await n.publicClient.readContract({ ...onEpochs, functionName: 'startOf', args: [epoch] })
      await warpTo(start - 899n)
      const freeze = encodeFunctionData({ abi: epochsAbi, functionName: 'freeze' })
      const { logs } = await n.send(checker, protocol.epochs, freeze)
      const [frozen] = parseEventLogs({ abi: epochsAbi, eventName: 'CheckersFrozen', logs })
      if (frozen === undefined) throw new Error('nothing was frozen')
      const secret = keccak256(toHex(`secret ${round}`))
      const commitment = keccak256(
        encodeAbiParameters(
          [{ type: 'uint64' }, { type: 'address' }, { type: 'bytes32' }],
          [epoch, checker.address, secret],
        ),
      )
      const beacon = { abi: commitRevealBeaconAbi } as const
      await n.send(
        checker,
        protocol.beacon,
        encodeFunctionData({ ...beacon, functionName: 'commit', args: [epoch, commitment] }),
      )
      await warpTo(start)
      await n.send(
        checker,
        protocol.beacon,
        encodeFunctionData({ ...beacon, functionName: 'reveal', args: [epoch, secret] }),
      )
      await warpTo(start + 450n)
      await n.send(
        checker,
        protocol.epochs,
        encodeFunctionData({ abi: epochsAbi, functionName: 'begin', args: [epoch] }),
      )

      const { root, proofOf } = treeOf(accounts.map((account) => leafOf(account, cumulative)))
      const report = { epoch, root, capacity: 6n * 10n ** 19n, delivery: 6n * 10n ** 19n }
      const classes = [
        { class_: toHex('all', { size: 32 }), weightBps: 10_000, utilisationBps: 5_000, targetBps: 5_000 },
      ]
      const digest = await n.publicClient.readContract({
        ...onRewards,
        functionName: 'hashReport',
        args: [report, classes, zeroAddress],
      })
      const signature = await checker.sign({ hash: digest })
      const quorum = { checkers: frozen.args.checkers, stakes: frozen.args.stakes, signatures: [signature] }
      const propose = encodeFunctionData({
        abi: rewardsAbi,
        functionName: 'propose',
        args: [report, classes, quorum],
      })
      await n.send(checker, protocol.rewards, propose)
      await n.testClient.increaseTime({ seconds: 3_700 })
      await n.send(
        checker,
        protocol.rewards,
        encodeFunctionData({ abi: rewardsAbi, functionName: 'finalize' }),
      )
      const claim = async (leaf: number) => {
        const args = [at(accounts, leaf), cumulative, proofOf(leaf)] as const
        const data = encodeFunctionData({ abi: rewardsAbi, functionName: 'claim', args })
        return Number((await n.send(checker, protocol.rewards, data)).gasUsed)
      }
      const claims = batch.map((leaf) => ({
        account: at(accounts, leaf),
        cumulative,
        proof: proofOf(leaf),
      }))
      const claimBatch = encodeFunctionData({ abi: rewardsAbi, functionName: 'claimBatch', args: [claims] })
      const which = round === 0 ? 'the first ever' : 'again'
      figures[`claim, ${which}, of a node that holds the token`] = await claim(holder)
      if (round === 0) {
        figures['claim, the first ever, of a node that holds none'] = await claim(newcomer)
        figures['claim, the first ever, of a holder that is no node'] = await claim(stranger)
      }
      figures[`claim in a batch of ${batchSize}, ${which}`] = Math.round(
        Number((await n.send(checker, protocol.rewards, claimBatch)).gasUsed) / batchSize,
      )
      epoch = await n.publicClient.readContract({ ...onEpochs, functionName: 'currentEpoch' })
    }
    if (process.env.UPDATE_SNAPSHOTS) await writeFile(path, `${JSON.stringify(figures, null, 2)}\n`)
    expect(figures).toEqual(JSON.parse(await readFile(path, 'utf8')))
    for (const which of ['the first ever', 'again'])
      expect(figures[`claim, ${which}, of a node that holds the token`]).toBeLessThanOrEqual(most)
  } finally {
    await n.stop()
  }
})
