import { join } from 'node:path'
import { readNetworkAddresses } from '@sublet/contracts/node'
import { SubletError } from '@sublet/protocol'
import { openChainAt } from '../up/chain.ts'
import { layoutOf } from '../up/layout.ts'
import { readNetworkFile } from './network-file.ts'

/** Gives an account gas and test dollars. Throws `funds.insufficient` on a chain that has no faucet. */
export async function fundFromFaucet(
  dataDir: string,
  account: `0x${string}`,
  baseUnits: bigint,
): Promise<void> {
  const network = await readNetworkFile(dataDir)
  const addresses = await readNetworkAddresses(join(layoutOf(dataDir).chain, 'addresses.json'))
  if (addresses === undefined) {
    throw new SubletError('config.invalid', `${dataDir} does not know the network’s contracts.`, {
      hint: 'Use the folder that `sublet up` runs from: --data DIR.',
    })
  }
  if (network.chainId !== 31337 && process.env.SUBLET_DEPLOYER_KEY === undefined) {
    throw new SubletError('funds.insufficient', `Chain ${network.chainId} has no faucet here.`, {
      hint: `Send test dollars (${addresses.testDollar}) and gas to ${account}, or set SUBLET_DEPLOYER_KEY.`,
    })
  }
  await openChainAt(network.rpcUrl, addresses, process.env.SUBLET_DEPLOYER_KEY).fund(account, baseUnits)
}
