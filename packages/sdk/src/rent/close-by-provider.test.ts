import { type LeaseStatus, SubletError } from '@sublet/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { type CloseParameters, closeByProvider } from './close-by-provider.ts'

const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const agreement = {
  tenant: account.address,
  provider: `0x${'22'.repeat(20)}`,
  indexer: `0x${'00'.repeat(20)}`,
  token: `0x${'33'.repeat(20)}`,
  ratePerHour: 3_600n,
  deposit: 3_600n,
  maxDuration: 0,
  indexerFeeBps: 0,
  termsHash: `0x${'44'.repeat(32)}`,
  salt: `0x${'55'.repeat(32)}`,
  startBy: 0,
} as const
const unreachable = () => new SubletError('provider.unreachable', 'The provider does not answer.')

/** A lease opened at 1,000 that has run for 100 seconds, and a provider that says these things in turn. */
function world(answers: (Partial<LeaseStatus> | Error)[], patienceMs = 10_000) {
  let nowMs = 0
  const signed: (bigint | undefined)[] = []
  const say = (): LeaseStatus => {
    const [answer = unreachable()] = answers
    if (answer instanceof Error) {
      answers.shift()
      throw answer
    }
    return { phase: 'active', phaseAtMs: {}, ...answer } as LeaseStatus
  }
  const parameters: CloseParameters = {
    account,
    agreement,
    patienceMs,
    now: () => nowMs,
    async wait(ms) {
      nowMs += ms
    },
    chain: {
      domain: { chainId: 1, escrow: `0x${'66'.repeat(20)}` },
      lease: async () => ({ status: 'open' }),
      leaseMoney: async () => ({
        fundedUntil: 4_600,
        deposit: 3_600n,
        openedAt: 1_000,
        drawn: 0n,
        creditSeconds: 0,
      }),
      nowSeconds: async () => 1_100,
    } as unknown as CloseParameters['chain'],
    provider: {
      lease: async () => say(),
      async close(_leaseId, request) {
        signed.push(request?.settlement?.amount)
        answers.shift()
        return say()
      },
    },
  }
  return { parameters, signed, waitedMs: () => nowMs }
}

test('a provider that comes back in time says what it did not serve, and that is not paid', async () => {
  const { parameters, signed } = world([
    unreachable(),
    unreachable(),
    { phase: 'active', creditSeconds: 40 },
    { phase: 'closed' },
  ])
  expect((await closeByProvider(parameters)).phase).toBe('closed')
  expect(signed).toEqual([60n])
})

test('what was stopped before is paid until then, and asked for until it is closed', async () => {
  const closing = { phase: 'closing', phaseAtMs: { closing: 1_070_400 } } as const
  const { parameters, signed } = world([closing, closing, { phase: 'closed' }])
  expect((await closeByProvider(parameters)).phase).toBe('closed')
  expect(signed).toEqual([71n, 71n])
})

test('silence is given up after a while, and a refusal at once', async () => {
  const silent = world([])
  await expect(closeByProvider(silent.parameters)).rejects.toMatchObject({ code: 'provider.unreachable' })
  expect(silent.waitedMs()).toBeGreaterThan(8_000)
  expect(silent.waitedMs()).toBeLessThanOrEqual(10_000)
  const refusing = world([new SubletError('lease.not-found', 'There is no such lease.')])
  await expect(closeByProvider(refusing.parameters)).rejects.toMatchObject({ code: 'lease.not-found' })
  expect(refusing.waitedMs()).toBe(0)
})
