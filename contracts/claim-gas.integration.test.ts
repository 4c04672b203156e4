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
import { nodeRegistryAbi } from './src/generated/node-registry-abi.ts'
import { rewardsAbi } from './src/generated/rewards-abi.ts'
import { startEscrowNetwork, testAccount } from './src/testing/escrow-network.ts'

const path = fileURLToPath(new URL('./snapshots/rewards.json', import.meta.url))
const most = 60_000

function leafOf(account: Hex, cumulative: bigint): Hex {
  return keccak256(
    keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [account, cumulative])),
  )
}

const pair = (a: Hex, b: Hex) => keccak256(BigInt(a) < BigInt(b) ? concatHex([a, b]) : concatHex([b, a]))

/** A root above one leaf, with as many siblings as asked for. */
function branch(leaf: Hex, depth: number): { root: Hex; proof: Hex[] } {
  const proof = Array.from({ length: depth }, (_, i) => keccak256(toHex(`sibling ${i}`)))
  return { root: proof.reduce(pair, leaf), proof }
}

/** Whole transactions, as in the gas test of the escrow: a tree of 1,024 accounts, claimed for the first time and again. */
test('a reward claim', async () => {
  const n = await startEscrowNetwork()
  try {
    const { protocol } = n.network
    if (protocol === undefined) throw new Error('nothing but the core was deployed')
    const checker = testAccount(20)
    const earner = testAccount(21)
    await n.giveEther(checker.address)
    const register = { abi: nodeRegistryAbi, functionName: 'register' } as const
    await n.send(
      checker,
      n.network.nodeRegistry,
      encodeFunctionData({ ...register, args: [2, '', zeroHash, zeroAddress, zeroHash] }),
    )
    const onEpochs = { address: protocol.epochs, abi: epochsAbi } as const
    const onRewards = { address: protocol.rewards, abi: rewardsAbi } as const
    const at = async (timestamp: bigint) => n.testClient.setNextBlockTimestamp({ timestamp })
    const figures: Record<string, number> = {}
    const promised = [10n ** 20n, 2n * 10n ** 20n]
    let epoch = await n.publicClient.readContract({ ...onEpochs, functionName: 'currentEpoch' })

    for (const [round, cumulative] of promised.entries()) {
      epoch += 2n
      const start = await n.publicClient.readContract({ ...onEpochs, functionName: 'startOf', args: [epoch] })
      await at(start - 899n)
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
      await at(start - 400n)
      await n.send(
        checker,
        protocol.beacon,
        encodeFunctionData({ ...beacon, functionName: 'reveal', args: [epoch, secret] }),
      )
      await at(start)
      await n.send(
        checker,
        protocol.epochs,
        encodeFunctionData({ abi: epochsAbi, functionName: 'begin', args: [epoch] }),
      )

      const { root, proof } = branch(leafOf(earner.address, cumulative), 10)
      const report = { epoch, root, capacity: 5n * 10n ** 19n, delivery: 5n * 10n ** 19n }
      const classes = [
        { class_: toHex('all', { size: 32 }), weightBps: 10_000, utilisationBps: 5_000, targetBps: 5_000 },
      ]
      const digest = await n.publicClient.readContract({
        ...onRewards,
        functionName: 'hashReport',
        args: [report, classes],
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
      const claim = encodeFunctionData({
        abi: rewardsAbi,
        functionName: 'claim',
        args: [earner.address, cumulative, proof],
      })
      const { gasUsed } = await n.send(checker, protocol.rewards, claim)
      figures[round === 0 ? 'claim, the first ever' : 'claim, again'] = Number(gasUsed)
      epoch = await n.publicClient.readContract({ ...onEpochs, functionName: 'currentEpoch' })
    }
    if (process.env.UPDATE_SNAPSHOTS) await writeFile(path, `${JSON.stringify(figures, null, 2)}\n`)
    expect(figures).toEqual(JSON.parse(await readFile(path, 'utf8')))
    expect(figures['claim, again']).toBeLessThanOrEqual(most)
  } finally {
    await n.stop()
  }
})
