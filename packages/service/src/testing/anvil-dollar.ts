import { deployNetwork, type NetworkAddresses } from '@sublet/contracts'
import { type RunningAnvil, type StartAnvilOptions, startAnvil } from '@sublet/contracts/node'
import { createTestClient, createWalletClient, http, publicActions } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'

/** The mnemonic that every anvil knows. */
const mnemonic = 'test test test test test test test test test test test junk'
export const testAccount = (index: number) => mnemonicToAccount(mnemonic, { addressIndex: index })

export interface AnvilWithNetwork {
  anvil: RunningAnvil
  addresses: NetworkAddresses
  /** Anvil's own ways: mining, snapshots, reorganisations. */
  testClient: ReturnType<typeof testClientAt>
}

export function testClientAt(rpcUrl: string) {
  return createTestClient({ mode: 'anvil', transport: http(rpcUrl), pollingInterval: 20 }).extend(
    publicActions,
  )
}

/** An anvil with the network's contracts, deployed by account 0. */
export async function startAnvilWithNetwork(options: StartAnvilOptions = {}): Promise<AnvilWithNetwork> {
  const anvil = await startAnvil(options)
  const testClient = testClientAt(anvil.rpcUrl)
  const walletClient = createWalletClient({ account: testAccount(0), transport: http(anvil.rpcUrl) })
  const addresses = await deployNetwork({ publicClient: testClient as never, walletClient })
  return { anvil, addresses, testClient }
}
