import { addressSchema, voucherChannelSchema, voucherChannelsSchema } from '@sublet/protocol'
import type { ChainClient } from '@sublet/sdk'
import type { HttpServer } from '@sublet/service'
import { z } from 'zod'

const providerParams = z.object({ provider: addressSchema })

/** What the wallet has set aside for vouchers. */
export function channelRoutes(server: HttpServer, chain: Pick<ChainClient, 'channels'>): void {
  server.get(
    '/v1/channels',
    { schema: { summary: 'Voucher channels', response: { 200: voucherChannelsSchema } } },
    async () => ({ channels: await chain.channels.all() }),
  )
  server.post(
    '/v1/channels/:provider/unlock',
    {
      schema: {
        summary: "Ask for a channel's collateral, and take it back once its day is over",
        params: providerParams,
        response: { 200: voucherChannelSchema },
      },
    },
    async ({ params: { provider } }) => {
      const { unlockAt } = await chain.channels.channel(provider)
      if (unlockAt === 0) await chain.channels.requestUnlock(provider)
      // The escrow says in words how long it still takes.
      else await chain.channels.unlock(provider)
      return await chain.channels.channel(provider)
    },
  )
}
