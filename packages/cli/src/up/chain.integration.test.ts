import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testDollarAbi } from '@sublet/contracts'
import { startAnvil } from '@sublet/contracts/node'
import { privateKeyToAddress } from 'viem/accounts'
import { expect, test } from 'vitest'
import { openChain, openChainAt } from './chain.ts'

const deployerKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

test('no test dollars come to a chain that others use, unless it is said to be for trying things out', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sublet-chain-'))
  const anvil = await startAnvil({ chainId: 4_242 })
  const options = { dataDir, rpcUrl: anvil.rpcUrl, deployerKey }
  try {
    await expect(openChain({ ...options, testNetwork: false })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('paymentToken'),
    })
    const { addresses } = await openChain({ ...options, testNetwork: true })
    expect(addresses.chainId).toBe(4_242)
  } finally {
    await anvil.stop()
    await rm(dataDir, { recursive: true })
  }
})

test('an account whose funding was cut short has no gas yet, by which the next start knows it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sublet-chain-'))
  const chain = await openChain({ dataDir, rpcUrl: undefined, deployerKey: undefined, testNetwork: false })
  try {
    const address = privateKeyToAddress(`0x${'7'.repeat(64)}`)
    // The escrow mints nothing, so this fails where the dollars come.
    const cutShort = openChainAt(
      chain.rpcUrl,
      { ...chain.addresses, testDollar: chain.addresses.escrow },
      undefined,
    )
    await expect(cutShort.fund(address, 5n)).rejects.toThrow()
    expect(await chain.publicClient.getBalance({ address })).toBe(0n)

    await chain.fund(address, 5n)
    expect(await chain.publicClient.getBalance({ address })).toBeGreaterThan(0n)
    const { testDollar } = chain.addresses
    const balanceOf = { address: testDollar, abi: testDollarAbi, functionName: 'balanceOf' } as const
    expect(await chain.publicClient.readContract({ ...balanceOf, args: [address] })).toBe(5n)
  } finally {
    await chain.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
