import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  DeploymentRefused,
  deployNetwork,
  type NetworkAddresses,
  testDollarAbi,
  waitForReceipt,
} from '@sublet/contracts'
import {
  type AdoptedAnvil,
  adoptOrStartAnvil,
  readNetworkAddresses,
  writeNetworkAddresses,
} from '@sublet/contracts/node'
import { SubletError } from '@sublet/protocol'
import {
  createPublicClient,
  createWalletClient,
  http,
  type LocalAccount,
  type PublicClient,
  parseEther,
} from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'

/** The chain that a network lives on, with its contracts in place. */
export interface NetworkChain {
  rpcUrl: string
  chainId: number
  addresses: NetworkAddresses
  /** Whether it is this network's own anvil. */
  embedded: boolean
  publicClient: PublicClient
  /** Gives an account gas, and test dollars where it asks; only on the embedded chain and other test chains. */
  fund(account: `0x${string}`, dollarsBaseUnits: bigint): Promise<void>
  /** Ends the embedded chain with its state kept; does nothing to another's. */
  stop(): Promise<void>
}

export interface ChainOptions {
  dataDir: string
  /** `SUBLET_RPC_URL`: a chain of one's own instead of the embedded one. */
  rpcUrl: string | undefined
  /** `SUBLET_DEPLOYER_KEY`: pays for the deployment on that chain. */
  deployerKey: string | undefined
  /** `SUBLET_TEST_NETWORK`: that chain is for trying things out, and may have test dollars and work without stake. */
  testNetwork: boolean
}

/** The test mnemonic that every anvil knows. Worthless by design. */
const testMnemonic = 'test test test test test test test test test test test junk'

async function chainIdOf(client: PublicClient, rpcUrl: string): Promise<number> {
  try {
    return await client.getChainId()
  } catch (cause) {
    throw new SubletError('chain.unreachable', `No chain answers at ${rpcUrl}.`, {
      hint: 'Correct SUBLET_RPC_URL, or unset it to use the chain that Sublet brings.',
      cause,
    })
  }
}

function payerOf(deployerKey: string | undefined): LocalAccount {
  if (deployerKey === undefined) return mnemonicToAccount(testMnemonic)
  if (!/^0x[0-9a-fA-F]{64}$/.test(deployerKey)) {
    throw new SubletError('config.invalid', 'SUBLET_DEPLOYER_KEY is not a private key.', {
      hint: 'Write 0x and 64 hexadecimal digits.',
    })
  }
  return privateKeyToAccount(deployerKey as `0x${string}`)
}

function deployerOf(options: ChainOptions): LocalAccount {
  if (options.rpcUrl !== undefined && options.deployerKey === undefined) {
    throw new SubletError(
      'config.invalid',
      'This folder knows of none of Sublet’s contracts on that chain.',
      {
        hint: 'Set SUBLET_DEPLOYER_KEY to the private key of an account with gas, which deploys them once; or put the network’s addresses into chain/addresses.json.',
      },
    )
  }
  return payerOf(options.rpcUrl === undefined ? undefined : options.deployerKey)
}

/** Starts or adopts the embedded chain, or reaches the given one, and makes sure that the contracts are there. */
export async function openChain(options: ChainOptions): Promise<NetworkChain> {
  const { dataDir } = options
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const anvil: AdoptedAnvil | undefined =
    options.rpcUrl === undefined ? await adoptOrStartAnvil({ dataDir, stateIntervalSeconds: 5 }) : undefined
  const rpcUrl = anvil?.rpcUrl ?? options.rpcUrl ?? ''
  const publicClient = createPublicClient({ transport: http(rpcUrl), pollingInterval: 50 }) as PublicClient
  const chainId = await chainIdOf(publicClient, rpcUrl)
  const addressesPath = join(dataDir, 'addresses.json')

  async function deployOnce(): Promise<NetworkAddresses> {
    const known = await readNetworkAddresses(addressesPath).catch(() => undefined)
    if (known !== undefined && known.chainId !== chainId && options.rpcUrl !== undefined) {
      throw new SubletError(
        'chain.wrong-network',
        `${rpcUrl} is chain ${chainId}; this network lives on ${known.chainId}.`,
        {
          hint: 'Correct SUBLET_RPC_URL, or use another folder with --data DIR.',
        },
      )
    }
    const code = known === undefined ? undefined : await publicClient.getCode({ address: known.escrow })
    if (known !== undefined && code !== undefined && code !== '0x') return known
    const account = deployerOf(options)
    const walletClient = createWalletClient({ account, transport: http(rpcUrl) })
    if ((await publicClient.getBalance({ address: account.address })) === 0n) {
      throw new SubletError(
        'funds.insufficient',
        `The deployer ${account.address} has no gas on chain ${chainId}.`,
        {
          hint: 'Send it some of the chain’s coin, or name another account with SUBLET_DEPLOYER_KEY.',
        },
      )
    }
    const { testNetwork } = options
    const addresses = await deployNetwork({ publicClient, walletClient, options: { testNetwork } }).catch(
      (cause: unknown) => {
        if (!(cause instanceof DeploymentRefused)) throw cause
        throw new SubletError(
          'config.invalid',
          `Chain ${chainId} is no local one, and this would make a network there that nobody can trust. ${cause.message}`,
          {
            hint: 'Deploy one with a configuration (contracts/README.md) and put its addresses into chain/addresses.json; or set SUBLET_TEST_NETWORK=1 where no real money is.',
            cause,
          },
        )
      },
    )
    await writeNetworkAddresses(addressesPath, addresses)
    return addresses
  }

  const addresses = await deployOnce()
  return {
    ...openChainAt(rpcUrl, addresses, options.rpcUrl === undefined ? undefined : options.deployerKey),
    chainId,
    embedded: anvil !== undefined,
    async stop() {
      await anvil?.stop()
    },
  }
}

/** A way to a chain whose contracts are known. Without a deployer key the well-known test account pays. */
export function openChainAt(rpcUrl: string, addresses: NetworkAddresses, deployerKey: string | undefined) {
  const publicClient = createPublicClient({ transport: http(rpcUrl), pollingInterval: 50 }) as PublicClient
  const confirm = (hash: `0x${string}`) => waitForReceipt(publicClient, { hash })
  return {
    rpcUrl,
    addresses,
    publicClient,
    async fund(account: `0x${string}`, dollarsBaseUnits: bigint): Promise<void> {
      const payer = createWalletClient({ account: payerOf(deployerKey), transport: http(rpcUrl) })
      // Dollars first: an account with gas counts as funded, also by a start after one that was killed between the two.
      if (dollarsBaseUnits > 0n) {
        const mint = { address: addresses.testDollar, abi: testDollarAbi, functionName: 'mint' } as const
        await confirm(await payer.writeContract({ chain: null, ...mint, args: [account, dollarsBaseUnits] }))
      }
      if ((await publicClient.getBalance({ address: account })) >= parseEther('1')) return
      await confirm(await payer.sendTransaction({ chain: null, to: account, value: parseEther('10') }))
    },
  }
}
