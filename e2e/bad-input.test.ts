import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { readNetworkAddresses, startAnvil, writeNetworkAddresses } from '@sublet/contracts/node'
import type { Hex } from '@sublet/protocol'
import { freeBasePort, startUp, sublet, temporaryDir } from '@sublet/testing/sublet-process'
import { createWalletClient, erc20Abi, http, publicActions } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'

interface Problem {
  code: string
  detail: string
  hint?: string
  details?: {
    excluded?: { reason: string; message: string }[]
    findings?: { line: number; column: number }[]
  }
}

const host = { SUBLET_DOCKER_HOST: 'unix:///nowhere/docker.sock' }

test('a network that runs says what is wrong with what it is given', async () => {
  await using data = await temporaryDir()
  const port = await freeBasePort()
  await using up = await startUp({ dataDir: data.path, port, args: [], env: host })

  // A malformed file: place, field, mend; nothing ordered.
  const broken = join(data.path, 'broken.yaml')
  await writeFile(broken, 'name: broken\nservices:\n  web:\n    image: a\n    ports: [80]\n    memroy: 1Gi\n')
  const malformed = await up.run(['deploy', broken])
  expect(malformed.exitCode).toBe(2)
  expect(malformed.stderr).toContain(`${broken}:6:5`)
  expect(malformed.stderr).toContain('memory')
  expect((await up.run(['ps', '--all', '--json'])).json<unknown[]>()).toEqual([])

  // A rate below every ask: each provider with its reason, and the lowest rate that would do.
  const cheap = await up.run(['deploy', 'examples/hello.yaml', '--max-rate', '0.000001', '--json'])
  expect(cheap.exitCode).toBe(4)
  const problem = cheap.json<Problem>()
  expect(problem.code).toBe('order.no-match')
  expect(problem.details?.excluded?.[0]?.reason).toBe('rate')
  const lowest = /\$\d+\.\d+\/h/.exec(problem.hint ?? '')?.[0] ?? ''
  const enough = await up.run(['deploy', 'examples/hello.yaml', '--max-rate', lowest, '--json'])
  expect(enough.exitCode, enough.stdout).toBe(0)

  const unknown = await up.run(['logs', 'nothing-such'])
  expect(unknown.exitCode).toBe(6)
  expect(unknown.stderr).toContain('hello')

  // A second `up` on the same ports names a free one.
  await using other = await temporaryDir()
  const taken = await sublet(['up', '--data', other.path, '--port', String(port)], {
    env: host,
  })
  expect(taken.exitCode).toBe(7)
  expect(taken.stderr).toMatch(/Port \d+.*in use/)
  expect(taken.stderr).toMatch(/--port \d+/)

  const again = await sublet(['up', '--data', data.path, '--port', String(await freeBasePort())], {
    env: host,
  })
  expect(again.exitCode).toBe(2)
  expect(again.stderr).toContain('already runs')
})

test('settings that cannot work are named with their cure', async () => {
  await using data = await temporaryDir()
  const up = ['up', '--data', data.path, '--port', String(await freeBasePort())]

  const nobody = await sublet(up, { env: { ...host, SUBLET_RPC_URL: 'http://127.0.0.1:9' } })
  expect(nobody.exitCode).toBe(5)
  expect(nobody.stderr).toContain('http://127.0.0.1:9')
  expect(nobody.stderr).toContain('SUBLET_RPC_URL')

  const database = await sublet(up, { env: { ...host, SUBLET_DATABASE_URL: 'postgres://127.0.0.1:9/none' } })
  expect(database.exitCode).toBe(7)
  expect(database.stderr).toContain('SUBLET_DATABASE_URL')

  const runtime = await sublet([...up, '--runtime', 'docker'], { env: host })
  expect(runtime.exitCode).toBe(7)
  expect(runtime.stderr).toMatch(/docker/i)

  for (const result of [nobody, database, runtime]) expect(result.stderr).not.toMatch(/^\s+at /m)
})

test('a wallet without money is told so, and rents once it has some', async () => {
  await using data = await temporaryDir()
  await using up = await startUp({ dataDir: data.path, port: await freeBasePort(), args: [], env: host })
  const exported = await up.run(['wallet', 'export', '--private-key', '--json'])
  const { privateKey } = exported.json<{ privateKey: Hex }>()
  const addresses = await readNetworkAddresses(join(data.path, 'chain', 'addresses.json'))
  if (addresses === undefined) throw new Error('no addresses')
  const account = privateKeyToAccount(privateKey)
  const wallet = createWalletClient({ account, transport: http(up.report.rpcUrl) }).extend(publicActions)
  const dollar = { address: addresses.testDollar, abi: erc20Abi } as const
  const all = await wallet.readContract({ ...dollar, functionName: 'balanceOf', args: [account.address] })
  const hash = await wallet.writeContract({
    ...dollar,
    chain: null,
    functionName: 'transfer',
    args: [addresses.escrow, all],
  })
  await wallet.waitForTransactionReceipt({ hash })

  const poor = await up.run(['deploy', 'examples/hello.yaml', '--json'])
  expect(poor.exitCode).not.toBe(0)
  expect(poor.json<Problem>().code).toBe('funds.insufficient')
  expect(poor.json<Problem>().hint).toContain('sublet wallet fund')
  const plainly = await up.run(['deploy', 'examples/hello.yaml'])
  expect(plainly.exitCode).toBe(poor.exitCode)
  expect(plainly.stderr).not.toMatch(/^\s+at /m)

  const funded = await up.run(['wallet', 'fund', '5', '--json'])
  expect(funded.json<{ walletBalance: string }>().walletBalance).toBe('5000000')
  const rich = await up.run(['deploy', 'examples/hello.yaml', '--json'])
  expect(rich.exitCode, rich.stdout).toBe(0)
})

test('a chain that is another one, knows no contracts or gives no gas is named with the cure', async () => {
  await using data = await temporaryDir()
  const chain = await startAnvil({ chainId: 4242 })
  try {
    const up = (env: Record<string, string>) =>
      sublet(['up', '--data', data.path, '--port', String(port)], {
        // Not reached: the chain comes first.
        env: {
          ...host,
          SUBLET_DATABASE_URL: 'postgres://127.0.0.1:9/none',
          SUBLET_RPC_URL: chain.rpcUrl,
          ...env,
        },
      })
    const port = await freeBasePort()

    const nobody = await up({})
    expect(nobody.exitCode).toBe(2)
    expect(nobody.stderr).toContain('SUBLET_DEPLOYER_KEY')

    const key = generatePrivateKey()
    const gasless = await up({ SUBLET_DEPLOYER_KEY: key })
    expect(gasless.exitCode).not.toBe(0)
    expect(gasless.stderr).toContain(privateKeyToAccount(key).address)
    expect(gasless.stderr).toContain('no gas on chain 4242')

    const none = `0x${'11'.repeat(20)}` as const
    await writeNetworkAddresses(join(data.path, 'chain', 'addresses.json'), {
      chainId: 31337,
      escrow: none,
      nodeRegistry: none,
      networkToken: none,
      testDollar: none,
      deployedAtBlock: 1n,
    })
    const wrong = await up({})
    expect(wrong.exitCode).not.toBe(0)
    expect(wrong.stderr).toMatch(/is chain 4242; this network lives on 31337/)
    expect(wrong.stderr).toContain('SUBLET_RPC_URL')

    for (const result of [nobody, gasless, wrong]) expect(result.stderr).not.toMatch(/^\s+at /m)
  } finally {
    await chain.stop()
  }
})

test('commands without a network, files that are not there and wrong flags say what to do', async () => {
  await using data = await temporaryDir()
  const away = await sublet(['ps', '--data', data.path])
  expect(away.exitCode).toBe(7)
  expect(away.stderr).toContain('sublet up')

  const missing = await sublet(['validate', join(data.path, 'none.yaml')])
  expect(missing.exitCode).toBe(2)
  expect(missing.stdout).toContain('none.yaml')

  const rate = await sublet(['deploy', 'examples/hello.yaml', '--max-rate', 'much', '--data', data.path])
  expect(rate.exitCode).toBe(2)
  expect(rate.stderr).toContain('0.40')
})

test('a port held by another program is named', async () => {
  await using data = await temporaryDir()
  const base = await freeBasePort()
  const holder = createServer().listen(base + 1, '127.0.0.1')
  try {
    const taken = await sublet(['up', '--data', data.path, '--port', String(base), '--json'], {
      env: host,
    })
    expect(taken.exitCode).toBe(7)
    expect(taken.json<Problem>()).toMatchObject({
      code: 'port.taken',
      detail: expect.stringContaining(String(base + 1)),
    })
  } finally {
    holder.close()
  }
})
