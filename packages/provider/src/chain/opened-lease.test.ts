import { isSubletError } from '@sublet/protocol'
import type { ChainLease } from '@sublet/sdk'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readOpenedLease } from './opened-lease.ts'

const leaseId = `0x${'01'.repeat(32)}` as const
const openedAt = 1_800_000_000

function stateOf(status: ChainLease['status']): ChainLease {
  const money = { toppedUp: 0n, drawn: 0n, creditSeconds: 0, noticeEndsAt: 0, endedAt: 0, noticeSeconds: 300 }
  return { leaseId, status, openedAt: status === 'none' ? 0 : openedAt, ...money }
}

/** Nodes behind one address, asked in turn; each has heard of so many blocks, one a second. */
function nodesAt(heads: readonly number[], knows: (block: number) => ChainLease['status']) {
  let turn = 0
  const head = () => heads[turn++ % heads.length] ?? 0
  return {
    rpcUrl: 'http://node',
    async lease(_leaseId: string, blockNumber?: bigint) {
      const at = head()
      const block = blockNumber === undefined ? at : Number(blockNumber)
      if (block > at) throw new Error('header not found')
      return stateOf(knows(block))
    },
    publicClient: {
      async getBlock() {
        const block = head()
        return { number: BigInt(block), timestamp: BigInt(openedAt + block) }
      },
    },
  }
}

test('never says that an opened lease is not there, however far which node is behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 1, maxLength: 4 }),
      async (heads) => {
        const nodes = nodesAt(heads, (block) => (block >= 0 ? 'open' : 'none'))
        for (let look = 0; look < 6; look += 1) {
          const seen = await readOpenedLease(nodes, leaseId, openedAt).catch((error: unknown) => {
            expect(isSubletError(error, 'chain.unreachable')).toBe(true)
            return undefined
          })
          if (seen !== undefined) expect(seen.status).toBe('open')
        }
      },
    ),
  )
})

test('says that the chain has taken the opening back once that is certain', async () => {
  const lost = (head: number) =>
    readOpenedLease(
      nodesAt([head], () => 'none'),
      leaseId,
      openedAt,
    )
  await expect(lost(599)).rejects.toMatchObject({ code: 'chain.unreachable' })
  expect((await lost(600)).status).toBe('none')
})
