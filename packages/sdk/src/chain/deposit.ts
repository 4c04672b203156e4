import { escrowAbi, testDollarAbi } from '@sublet/contracts'
import type { Address } from '@sublet/protocol'
import { erc20Abi, type LocalAccount, type PublicClient, parseSignature } from 'viem'
import type { SerialSender } from './serial-sender.ts'

export interface DepositParameters {
  publicClient: PublicClient
  account: LocalAccount
  send: SerialSender['send']
  escrow: Address
  token: Address
  /** Token base units. */
  amount: bigint
  explained: <T>(reading: Promise<T>) => Promise<T>
}

/** Seconds that a permit may lie in the pool. */
const permitLifetimeSeconds = 3600n

/**
 * Moves tokens into the escrow: in one transaction where the token knows permits (EIP-2612) or the escrow was
 * approved before, else in two.
 */
export async function depositIntoEscrow(parameters: DepositParameters): Promise<void> {
  const { publicClient, account, send, escrow, token, amount, explained } = parameters
  const owner = account.address
  const onToken = { address: token, abi: testDollarAbi } as const
  const [allowance, permit] = await explained(
    Promise.all([
      publicClient.readContract({ ...onToken, functionName: 'allowance', args: [owner, escrow] }),
      Promise.all([
        publicClient.readContract({ ...onToken, functionName: 'eip712Domain' }),
        publicClient.readContract({ ...onToken, functionName: 'nonces', args: [owner] }),
        publicClient.getBlock(),
      ]).catch(() => undefined),
    ]),
  )
  if (allowance < amount && permit !== undefined) {
    const [[, name, version, chainId, verifyingContract], nonce, { timestamp }] = permit
    const deadline = timestamp + permitLifetimeSeconds
    const signature = await account.signTypedData({
      domain: { name, version, chainId: Number(chainId), verifyingContract },
      types: {
        Permit: [
          { name: 'owner', type: 'address' },
          { name: 'spender', type: 'address' },
          { name: 'value', type: 'uint256' },
          { name: 'nonce', type: 'uint256' },
          { name: 'deadline', type: 'uint256' },
        ],
      },
      primaryType: 'Permit',
      message: { owner, spender: escrow, value: amount, nonce, deadline },
    })
    const { r, s, yParity } = parseSignature(signature)
    await send({
      address: escrow,
      abi: escrowAbi,
      functionName: 'depositWithPermit',
      args: [token, amount, deadline, 27 + yParity, r, s],
    })
    return
  }
  if (allowance < amount) {
    await send({ address: token, abi: erc20Abi, functionName: 'approve', args: [escrow, amount] })
  }
  await send({ address: escrow, abi: escrowAbi, functionName: 'deposit', args: [token, amount] })
}
