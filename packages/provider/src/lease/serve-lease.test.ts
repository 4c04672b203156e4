import type { Hex } from '@sublet/protocol'
import type { ChainLease } from '@sublet/sdk'
import { createLog } from '@sublet/service'
import { expect, test } from 'vitest'
import { plainLease } from '../testing/plain-lease.ts'
import type { LeaseLedger } from './lease-ledger.ts'
import type { Sleep } from './patience.ts'
import { serveUntilEnd } from './serve-lease.ts'

const leaseId: Hex = `0x${'0b'.repeat(32)}`
const openedAt = 1_000
const startMs = 2_000_000

const open: ChainLease = {
  leaseId,
  status: 'open',
  openedAt,
  toppedUp: 0n,
  drawn: 0n,
  creditSeconds: 0,
  noticeEndsAt: 0,
  endedAt: 0,
  noticeSeconds: 60,
}

/** An hour's lease of which twenty seconds were not served, on a clock that passes by sleeping alone. */
async function serve({ wasFound }: { wasFound: boolean }) {
  let nowMs = startMs
  let creditSeconds = 0
  const credits: { afterMs: number; total: number }[] = []
  const sleep: Sleep = async (ms, signal) => {
    await Promise.resolve()
    if (signal?.aborted !== true) nowMs += ms
  }
  const ledger: LeaseLedger = {
    async lease() {
      return { ...open, creditSeconds }
    },
    nowSeconds: async () => nowMs / 1000,
    async credit(_agreement, total) {
      credits.push({ afterMs: nowMs - startMs, total })
      creditSeconds = total
    },
    whyFundsEnded: () => 'used up',
  } as Partial<LeaseLedger> as LeaseLedger
  const never = new AbortController().signal
  const end = await serveUntilEnd({
    record: () => plainLease(leaseId, { status: { phase: 'active', openedAt } }),
    ledger,
    usage: { isDown: () => false },
    downtimeSeconds: () => 20,
    isVoucherPaid: false,
    crediting: { leastSeconds: 5, everySeconds: 30 },
    wasFound,
    cause: () => undefined,
    word: () => new Promise(() => undefined),
    services: () => ({
      statuses: [],
      progress: { startable: [], toStop: [], ready: true, failed: undefined, finished: undefined },
    }),
    save: async () => undefined,
    note: () => undefined,
    leaving: never,
    ending: never,
    onWait: () => undefined,
    sleep,
    now: () => nowMs,
    log: createLog({ name: 'test', level: 'silent' }),
  })
  return { credits, end, endedAfterMs: nowMs - startMs }
}

test('what was not served is credited once, and served longer for the same money', async () => {
  const { credits, end, endedAfterMs } = await serve({ wasFound: false })
  expect(credits).toEqual([{ afterMs: 0, total: 20 }])
  expect(end.reason).toBe('funds-ended')
  expect(startMs + endedAfterMs).toBe((openedAt + 3_600 + 20) * 1000)
})

test('after a restart it is credited only once the leases have had time to come up', async () => {
  const { credits } = await serve({ wasFound: true })
  expect(credits).toEqual([{ afterMs: 10_000, total: 20 }])
})
