import { escrowAbi, escrowContract } from '@sublet/contracts'
import type { Address, VoucherChannel } from '@sublet/protocol'
import type { PublicClient } from 'viem'
import type { SerialSender } from './serial-sender.ts'

/** The wallet's voucher channels. Reading throws `chain.unreachable`; sending also `chain.reverted`. */
export interface VoucherChannels {
  channel(provider: Address): Promise<VoucherChannel>
  /** Every channel that was ever funded, oldest first. */
  all(): Promise<VoucherChannel[]>
  /** Sets free money of the escrow aside, and takes back an unlock that was asked for. */
  fund(provider: Address, amount: bigint): Promise<void>
  /** The collateral may be taken back a day later: until then the provider can redeem. */
  requestUnlock(provider: Address): Promise<void>
  /** Returns what was not redeemed to the free balance. */
  unlock(provider: Address): Promise<void>
}

export function createVoucherChannels(parts: {
  publicClient: PublicClient
  send: SerialSender['send']
  explained: <T>(reading: Promise<T>) => Promise<T>
  escrow: Address
  token: Address
  /** The wallet; throws `wallet.missing` where there is none. */
  own: () => Address
  fromBlock: bigint
}): VoucherChannels {
  const { publicClient, send, explained, escrow, token, own, fromBlock } = parts
  const onEscrow = { address: escrow, abi: escrowAbi } as const
  const contract = escrowContract(escrow, publicClient)
  const channel: VoucherChannels['channel'] = async (provider) => {
    const { collateral, redeemed, unlockAt } = await explained(
      contract.read.channel([own(), provider, token]),
    )
    return { provider, collateral, redeemed, unlockAt }
  }
  return {
    channel,
    async all() {
      const funded = await explained(
        publicClient.getContractEvents({
          ...onEscrow,
          eventName: 'ChannelFunded',
          args: { tenant: own() },
          fromBlock,
          strict: true,
        }),
      )
      const inToken = funded.filter(({ args }) => args.token.toLowerCase() === token)
      const providers = new Set(inToken.map(({ args }) => args.provider.toLowerCase() as Address))
      return await Promise.all([...providers].map(channel))
    },
    async fund(provider, amount) {
      await send({ ...onEscrow, functionName: 'fundChannel', args: [provider, token, amount] })
    },
    async requestUnlock(provider) {
      await send({ ...onEscrow, functionName: 'requestUnlock', args: [provider, token] })
    },
    async unlock(provider) {
      await send({ ...onEscrow, functionName: 'unlock', args: [provider, token] })
    },
  }
}
