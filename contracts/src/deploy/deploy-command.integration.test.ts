import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPublicClient, createTestClient, createWalletClient, custom, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningAnvil, startAnvil } from '../anvil/start-anvil.ts'
import { drandBeaconAbi } from '../generated/drand-beacon-abi.ts'
import { epochsAbi } from '../generated/epochs-abi.ts'
import { escrowAbi } from '../generated/escrow-abi.ts'
import { networkTokenAbi } from '../generated/network-token-abi.ts'
import { deployNetwork } from './deploy-network.ts'
import { drandEvmnet } from './deploy-protocol.ts'
import { openDeploymentJournal } from './deployment-journal.ts'
import { parseNetworkAddresses } from './network-addresses.ts'
import { readNetworkAddresses } from './network-file.ts'

let chain: RunningAnvil
let folder: string
const key = generatePrivateKey()
beforeAll(async () => {
  chain = await startAnvil()
  folder = await mkdtemp(join(tmpdir(), 'sublet-deploy-'))
  const testClient = createTestClient({ mode: 'anvil', transport: http(chain.rpcUrl) })
  await testClient.setBalance({ address: privateKeyToAccount(key).address, value: 10n ** 21n })
})
afterAll(async () => {
  await chain?.stop()
  await rm(folder, { recursive: true })
})

async function deploy(args: readonly string[], env: Record<string, string>) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url))
  const { SUBLET_RPC_URL: _, SUBLET_DEPLOYER_KEY: __, ...rest } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { env: { ...rest, ...env } })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString()
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, ...output }
}

const env = () => ({ SUBLET_RPC_URL: chain.rpcUrl, SUBLET_DEPLOYER_KEY: key })

test('the command deploys a network with drand, hands it over, and writes and prints its addresses', async () => {
  const file = join(folder, 'network.json')
  const { code, stdout, stderr } = await deploy([file, '--beacon', 'drand', '--hand-over'], env())
  expect(code, stderr).toBe(0)
  const network = await readNetworkAddresses(file)
  expect(parseNetworkAddresses(stdout)).toEqual(network)
  if (network?.protocol === undefined) throw new Error('nothing but the core was deployed')
  expect(await readdir(folder)).toEqual(['network.json'])

  const client = createPublicClient({ transport: http(chain.rpcUrl) })
  const { chainId: _, deployedAtBlock: __, protocol, ...core } = network
  for (const address of [...Object.values(core), ...Object.values(protocol)]) {
    expect(await client.getCode({ address }), address).toBeDefined()
  }
  const owner = await client.readContract({ address: network.escrow, abi: escrowAbi, functionName: 'owner' })
  expect(owner.toLowerCase()).toBe(protocol.timelock)
  const beacon = await client.readContract({
    address: protocol.epochs,
    abi: epochsAbi,
    functionName: 'beacon',
  })
  expect(beacon.toLowerCase()).toBe(protocol.beacon)
  const genesis = await client.readContract({
    address: protocol.beacon,
    abi: drandBeaconAbi,
    functionName: 'drandGenesis',
  })
  expect(genesis).toBe(drandEvmnet.genesisSeconds)
})

test('a deployment that is broken off goes on where it stopped, and sends nothing twice', async () => {
  const account = privateKeyToAccount(generatePrivateKey())
  const transport = http(chain.rpcUrl)
  const testClient = createTestClient({ mode: 'anvil', transport })
  await testClient.setBalance({ address: account.address, value: 10n ** 21n })
  const publicClient = createPublicClient({ transport, pollingInterval: 10 })
  const begin = { chainId: 31337, deployer: account.address, genesisSeconds: 1_900_000_000 }
  const path = join(folder, 'broken.progress')
  const holder = privateKeyToAccount(generatePrivateKey()).address
  const distribution = [{ to: holder, amount: 7n }]

  /** Answers until so many transactions were sent; the last is on the chain and its sender never hears of it. */
  function failingAfter(sends: number) {
    let left = sends
    return custom(
      {
        async request(call: { method: string; params?: unknown }) {
          if (call.method !== 'eth_sendRawTransaction') return await publicClient.request(call as never)
          left -= 1
          const answer = await publicClient.request(call as never)
          if (left === 0) throw new Error('the line went dead')
          return answer
        },
      },
      { retryCount: 0 },
    )
  }
  async function attempt(sends: number) {
    const walletClient = createWalletClient({ transport: failingAfter(sends), account })
    // Each attempt is later than the one before; what was begun with stands.
    const journal = await openDeploymentJournal(path, {
      ...begin,
      genesisSeconds: begin.genesisSeconds + sends,
    })
    expect(journal.genesisSeconds).toBe(begin.genesisSeconds + 3)
    return await deployNetwork({
      publicClient,
      walletClient,
      options: { distribution, genesisSeconds: journal.genesisSeconds },
      journal,
    })
  }
  await expect(attempt(3)).rejects.toThrow('the line went dead')
  // Up to the distribution, and once more after it.
  await expect(attempt(4)).rejects.toThrow('the line went dead')
  const network = await attempt(1_000)
  const sent = await publicClient.getTransactionCount({ address: account.address })
  expect(await attempt(1_000)).toEqual(network)
  expect(await publicClient.getTransactionCount({ address: account.address })).toBe(sent)
  const given = await publicClient.readContract({
    address: network.networkToken,
    abi: networkTokenAbi,
    functionName: 'balanceOf',
    args: [holder],
  })
  expect(given).toBe(7n)

  const other = { ...begin, deployer: holder }
  await expect(openDeploymentJournal(path, other)).rejects.toThrow('go on with those')
  const journal = await openDeploymentJournal(path, begin)
  const walletClient = createWalletClient({ transport, account })
  const changed = deployNetwork({ publicClient, walletClient, options: { treasuryFeeBps: 1 }, journal })
  await expect(changed).rejects.toThrow('something else')
  await rm(path)
})

test('a chain that is nobody’s own takes no test dollars and no work without stake', async () => {
  const live = await startAnvil({ chainId: 4_242 })
  try {
    const client = createTestClient({ mode: 'anvil', transport: http(live.rpcUrl) })
    await client.setBalance({ address: privateKeyToAccount(key).address, value: 10n ** 21n })
    const file = join(folder, 'live.json')
    const there = { ...env(), SUBLET_RPC_URL: live.rpcUrl }
    const refused = await deploy([file], there)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('paymentToken')
    expect(await readdir(folder)).not.toContain('live.json.progress')
    const config = join(folder, 'live-config.json')
    const token = (await readNetworkAddresses(join(folder, 'network.json')))?.testDollar
    const stake = { base: '1000' }
    await writeFile(
      config,
      JSON.stringify({
        paymentToken: token,
        minimumStake: { provider: stake, indexer: stake, checker: stake },
        beaconBond: '5',
        distribution: [{ to: token, amount: '4000000000000000000000000' }],
        handOver: true,
      }),
    )
    const { code, stderr } = await deploy([file, '--config', config], there)
    expect(code, stderr).toBe(0)
    const network = await readNetworkAddresses(file)
    expect(network?.testDollar).toBe(token)
    await rm(file)
    await rm(config)
    expect((await deploy([file, '--test-network'], there)).code).toBe(0)
    await rm(file)
  } finally {
    await live.stop()
  }
})

test.each([
  ['no file', [], undefined, 'Name one file'],
  ['an unknown beacon', ['x.json', '--beacon', 'dice'], undefined, 'commit-reveal or drand'],
  ['an unknown flag', ['x.json', '--haste'], undefined, '--haste'],
  ['no configuration', ['x.json', '--config', '/nowhere.json'], undefined, '/nowhere.json'],
  ['a key that is none', ['x.json'], { SUBLET_DEPLOYER_KEY: '0x12' }, 'private key'],
])('bad input exits with 2: %s', async (_, args, other, sentence) => {
  const { code, stdout, stderr } = await deploy(args, { ...env(), ...other })
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(sentence)
  expect(stderr).not.toContain(key)
})

test('a chain that does not answer exits with 1 and a sentence', async () => {
  const { code, stderr } = await deploy([join(folder, 'none.json')], {
    ...env(),
    SUBLET_RPC_URL: 'http://127.0.0.1:9',
  })
  expect(code).toBe(1)
  expect(stderr.trim().split('\n')).toHaveLength(2)
  expect(await readNetworkAddresses(join(folder, 'none.json'))).toBeUndefined()
})
