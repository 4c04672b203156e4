import { readWorkload } from '@sublet/protocol'
import { expect, test } from 'vitest'
import { sampleAsks, sampleTenant, sampleToken } from '../testing/sample-market.ts'
import { type FitContext, marketFit } from './market-fit.ts'

const nowMs = 1_700_000_000_000
const asks = sampleAsks(nowMs).map(({ ask }) => ask)
const context: FitContext = {
  wallet: { address: sampleTenant, chainId: 31337, token: sampleToken },
  maxRatePerHour: undefined,
  nowMs,
}

function fitOf(source: string, changes: Partial<FitContext> = {}) {
  const { workload, findings } = readWorkload(source, { file: 'workload.yaml' })
  if (workload === undefined) throw new Error(JSON.stringify(findings))
  const [fit] = marketFit(workload, asks, { ...context, ...changes })
  if (fit === undefined) throw new Error('the workload has no group')
  return fit
}

const onCard = 'image: a:1\ncpu: 1\nmemory: 1Gi\nstorage: 1Gi\ngpu: { model: rtx4090, count: 1 }\n'

test('finds who can serve, and at what rate exactly', () => {
  // Cards, one core, one GiB of memory and one of disk: 295000 + 8200 + 1640 + 40, and 340000 + 11000 + 2200 + 40.
  expect(fitOf(onCard)).toMatchObject({
    asks: 6,
    fitting: 2,
    lowestPerHour: 304_880n,
    highestPerHour: 353_240n,
    obstacles: [{ reason: 'gpu-model', providers: 4 }],
  })
})

test('a highest rate leaves out who is dearer, and one below all says what it would take', () => {
  expect(fitOf(onCard, { maxRatePerHour: 310_000n })).toMatchObject({ fitting: 1, highestPerHour: 304_880n })
  expect(fitOf(`${onCard}price: 0.10/h\n`)).toMatchObject({ fitting: 0, wouldTakePerHour: 304_880n })
})

test('says what stands in the way when it is not the rate', () => {
  expect(fitOf('image: a:1\ngpu: { model: rtx3090, count: 1 }\n')).toMatchObject({
    fitting: 0,
    wouldTakePerHour: undefined,
    obstacles: [
      { reason: 'gpu-model', providers: 5 },
      { reason: 'gpu-count', providers: 1 },
    ],
  })
})
