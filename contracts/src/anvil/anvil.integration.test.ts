import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPublicClient, createWalletClient, http, parseAbiItem } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deployNetwork } from '../deploy/deploy-network.ts'
import { waitForReceipt } from '../deploy/wait-for-receipt.ts'
import { testDollarAbi } from '../generated/test-dollar-abi.ts'
import { adoptOrStartAnvil } from './adopt-or-start-anvil.ts'
import { isAlive, startAnvil } from './start-anvil.ts'

const account = mnemonicToAccount('test test test test test test test test test test test junk')
let dataDir = ''
let stops: (() => Promise<void>)[] = []
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sublet-anvil-'))
  stops = []
})
afterEach(async () => {
  for (const stop of stops) await stop()
  await rm(dataDir, { recursive: true })
})

async function start(options: Parameters<typeof adoptOrStartAnvil>[0]) {
  const chain = await adoptOrStartAnvil(options)
  stops.push(() => chain.stop())
  return chain
}

function clients(rpcUrl: string) {
  const transport = http(rpcUrl)
  return {
    publicClient: createPublicClient({ transport, pollingInterval: 20 }),
    walletClient: createWalletClient({ transport, account }),
  }
}

test('keeps contracts, balances and logs across a stop', async () => {
  const first = await start({ dataDir })
  const { publicClient, walletClient } = clients(first.rpcUrl)
  const network = await deployNetwork({ publicClient, walletClient })
  const dollar = { address: network.testDollar, abi: testDollarAbi } as const
  const hash = await walletClient.writeContract({
    ...dollar,
    chain: null,
    functionName: 'mint',
    args: [account.address, 7n],
  })
  await waitForReceipt(publicClient, { hash, pollingIntervalMs: 2 })
  await first.stop()
  expect(isAlive(first.pid)).toBe(false)

  const second = await start({ dataDir })
  expect(second.adopted).toBe(false)
  const again = clients(second.rpcUrl).publicClient
  expect(await again.readContract({ ...dollar, functionName: 'balanceOf', args: [account.address] })).toBe(7n)
  const event = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)')
  const logs = await again.getLogs({ address: network.testDollar, event, fromBlock: network.deployedAtBlock })
  expect(logs.map(({ args }) => args.value)).toEqual([7n])
  expect((await again.getTransactionReceipt({ hash })).status).toBe('success')
})

test('loses at most the last interval when anvil itself is killed, torn file or not', async () => {
  const first = await start({ dataDir })
  const { publicClient, walletClient } = clients(first.rpcUrl)
  const network = await deployNetwork({ publicClient, walletClient })
  await first.saveState()
  process.kill(first.pid, 'SIGKILL')
  await vi.waitFor(() => expect(isAlive(first.pid)).toBe(false), { timeout: 5_000 })
  await writeFile(join(dataDir, 'anvil-state.json.anvil'), '{"accounts":{"0x')

  const second = await start({ dataDir })
  expect(second.adopted).toBe(false)
  expect(await clients(second.rpcUrl).publicClient.getCode({ address: network.escrow })).toMatch(/^0x60/)
})

test('adopts the anvil of a parent that was killed', async () => {
  const entry = fileURLToPath(new URL('./adopt-or-start-anvil.ts', import.meta.url))
  const script = `import { adoptOrStartAnvil } from ${JSON.stringify(entry)}
const chain = await adoptOrStartAnvil({ dataDir: ${JSON.stringify(dataDir)} })
console.log(JSON.stringify({ pid: chain.pid, rpcUrl: chain.rpcUrl }))
setInterval(() => {}, 1000)`
  const file = join(dataDir, 'parent.mts')
  await writeFile(file, script)
  const parent = spawn(process.execPath, ['--import', 'tsx', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const { pid, rpcUrl } = JSON.parse(line.toString()) as { pid: number; rpcUrl: string }
  const { publicClient, walletClient } = clients(rpcUrl)
  const network = await deployNetwork({ publicClient, walletClient })
  parent.kill('SIGKILL')
  await once(parent, 'exit')

  const adopted = await start({ dataDir })
  expect(adopted).toMatchObject({ adopted: true, pid, rpcUrl })
  expect(await clients(adopted.rpcUrl).publicClient.getCode({ address: network.escrow })).toMatch(/^0x60/)
  await adopted.stop()
  expect(isAlive(pid)).toBe(false)
  expect(
    JSON.parse(await readFile(join(dataDir, 'anvil-state.json'), 'utf8')).best_block_number,
  ).toBeGreaterThan(4)
})

test('ends an anvil that a killed start left without a record', async () => {
  // As after `kill -9` between the spawn and the record.
  const orphan = await startAnvil({ statePath: join(dataDir, 'anvil-state.json') })
  stops.push(() => orphan.stop())
  orphan.release()
  await using elsewhere = await anvilElsewhere()

  const chain = await start({ dataDir })
  expect(chain.adopted).toBe(false)
  await vi.waitFor(() => expect(isAlive(orphan.pid)).toBe(false), { timeout: 5_000 })
  expect(isAlive(elsewhere.pid)).toBe(true)
})

async function anvilElsewhere(): Promise<{ pid: number } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'sublet-anvil-'))
  const { pid, stop } = await startAnvil({ statePath: join(folder, 'anvil-state.json') })
  return {
    pid,
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(folder, { recursive: true })
    },
  }
}

test('writes down an anvil before it answers, and adopts it though it only starts', async () => {
  const recordPath = join(dataDir, 'anvil.json')
  const first = start({ dataDir })
  let answered = false
  first.then(
    () => {
      answered = true
    },
    () => {},
  )
  await vi.waitFor(() => readFile(recordPath), { timeout: 10_000, interval: 1 })
  expect(answered).toBe(false)
  const second = await start({ dataDir })
  const { pid } = await first
  expect(second).toMatchObject({ adopted: true, pid })
})

test('says that the port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  await expect(startAnvil({ port })).rejects.toThrow(`Port ${port}, meant for the chain, is in use`)
  server.close()
})

test('refuses to start a new chain over a state that cannot be read', async () => {
  await writeFile(join(dataDir, 'anvil-state.json'), 'torn')
  await expect(start({ dataDir })).rejects.toThrow('can be read')
})
