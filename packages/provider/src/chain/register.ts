import type { Hex } from '@sublet/protocol'
import type { Log } from '@sublet/service'
import type { LeaseChain } from './lease-chain.ts'

/** Makes the registry say what is so: the role, the key, the endpoint. Sends nothing where it does already. */
export async function registerProvider(parts: {
  chain: Pick<LeaseChain, 'node' | 'register' | 'update'>
  publicKey: Hex
  endpoint: string
  /** GPUs on offer; the smallest stake grows with them. */
  capacity: number
  log: Log
}): Promise<void> {
  const { chain, publicKey, endpoint, capacity, log } = parts
  const node = await chain.node()
  if (node?.roles.includes('provider') !== true) {
    await chain.register(endpoint, publicKey)
    log.info({ endpoint }, 'registered as a provider')
    return
  }
  if (node.publicKey === publicKey && node.endpoint === endpoint) return
  await chain.update(endpoint, publicKey, capacity)
  log.info({ endpoint }, 'registry entry updated')
}
