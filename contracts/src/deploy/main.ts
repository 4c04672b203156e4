import { createPublicClient, createWalletClient, http, isHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { deployNetwork } from './deploy-network.ts'
import { writeNetworkAddresses } from './network-file.ts'

/** `npm run deploy -w contracts -- FILE`: deploys to SUBLET_RPC_URL with SUBLET_DEPLOYER_KEY and writes the addresses to FILE. */
async function main(path: string | undefined): Promise<void> {
  const rpcUrl = process.env.SUBLET_RPC_URL
  const key = process.env.SUBLET_DEPLOYER_KEY
  if (path === undefined || rpcUrl === undefined || key === undefined || !isHex(key)) {
    throw new Error(
      'Usage: SUBLET_RPC_URL=... SUBLET_DEPLOYER_KEY=0x... npm run deploy -w contracts -- addresses.json',
    )
  }
  const transport = http(rpcUrl)
  const publicClient = createPublicClient({ transport })
  const walletClient = createWalletClient({ transport, account: privateKeyToAccount(key) })
  const addresses = await deployNetwork({ publicClient, walletClient })
  await writeNetworkAddresses(path, addresses)
  console.log(
    JSON.stringify(
      { ...addresses, deployedAtBlock: addresses.deployedAtBlock.toString(), file: path },
      null,
      2,
    ),
  )
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message.split('\n')[0] : error)
  process.exitCode = 1
})
