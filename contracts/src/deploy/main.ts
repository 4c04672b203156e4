import { readFile, rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createPublicClient, createWalletClient, type Hex, http, isHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { explainRevert } from '../reverts/explain-revert.ts'
import { DeploymentRefused, deployNetwork } from './deploy-network.ts'
import type { DeployOptions } from './deploy-options.ts'
import { openDeploymentJournal } from './deployment-journal.ts'
import { serializeNetworkAddresses } from './network-addresses.ts'
import { parseNetworkConfig } from './network-config.ts'
import { writeNetworkAddresses } from './network-file.ts'

const usage =
  'SUBLET_RPC_URL=... SUBLET_DEPLOYER_KEY=0x... npm run deploy -w contracts -- FILE [--config CONFIG.json] [--beacon commit-reveal|drand] [--hand-over] [--test-network]'

/** What the command line asks for; thrown when it cannot be understood, so that it exits with 2. */
class BadInput extends Error {}

interface Request {
  file: string
  rpcUrl: string
  key: Hex
  options: DeployOptions
}

async function readRequest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Request> {
  const flags = {
    beacon: { type: 'string' },
    config: { type: 'string' },
    'hand-over': { type: 'boolean' },
    'test-network': { type: 'boolean' },
  } as const
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options: flags, allowPositionals: true })
    } catch (error) {
      throw new BadInput(`${error instanceof Error ? error.message : error} Usage: ${usage}`)
    }
  })()
  const [file, ...more] = parsed.positionals
  const { SUBLET_RPC_URL: rpcUrl, SUBLET_DEPLOYER_KEY: key } = env
  if (file === undefined || more.length > 0 || rpcUrl === undefined || key === undefined) {
    throw new BadInput(`Name one file for the addresses, the chain and its deployer: ${usage}`)
  }
  if (!isHex(key) || key.length !== 66) {
    throw new BadInput('SUBLET_DEPLOYER_KEY is not a private key: set it to 0x and 64 hexadecimal digits.')
  }
  const { beacon, config } = parsed.values
  if (beacon !== undefined && beacon !== 'commit-reveal' && beacon !== 'drand') {
    throw new BadInput(`There is no beacon ${beacon}: take commit-reveal or drand.`)
  }
  const options = config === undefined ? {} : await readConfig(config)
  return {
    file,
    rpcUrl,
    key,
    options: {
      ...options,
      ...(beacon === undefined ? {} : { beacon }),
      ...(parsed.values['hand-over'] ? { handOver: true } : {}),
      ...(parsed.values['test-network'] ? { testNetwork: true } : {}),
    },
  }
}

async function readConfig(path: string): Promise<DeployOptions> {
  try {
    return parseNetworkConfig(await readFile(path, 'utf8'))
  } catch (error) {
    throw new BadInput(`${path}: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * Deploys a network to a chain, writes its addresses to a file, and prints them as JSON; progress goes to the standard error. What
 * was sent stands in FILE.progress until all of it is done: the same command goes on from there.
 */
async function main(): Promise<void> {
  const { file, rpcUrl, key, options } = await readRequest(process.argv.slice(2), process.env)
  const transport = http(rpcUrl)
  const publicClient = createPublicClient({ transport })
  const walletClient = createWalletClient({ transport, account: privateKeyToAccount(key) })
  console.error(`Deploying to ${rpcUrl} as ${walletClient.account.address} ...`)
  const [chainId, { timestamp }] = await Promise.all([publicClient.getChainId(), publicClient.getBlock()])
  const progress = `${file}.progress`
  const begin = { chainId, deployer: walletClient.account.address, genesisSeconds: Number(timestamp) }
  const journal = await openDeploymentJournal(progress, begin)
  const { genesisSeconds } = journal
  const addresses = await deployNetwork({
    publicClient,
    walletClient,
    options: { genesisSeconds, ...options },
    journal,
  })
  await writeNetworkAddresses(file, addresses)
  await rm(progress)
  console.error(`Wrote ${file}.`)
  process.stdout.write(serializeNetworkAddresses(addresses))
}

main().catch((error: unknown) => {
  const revert = explainRevert(error)?.sentence
  console.error(revert ?? (error instanceof Error ? error.message.split('\n')[0] : error))
  process.exitCode = error instanceof BadInput || error instanceof DeploymentRefused ? 2 : 1
})
