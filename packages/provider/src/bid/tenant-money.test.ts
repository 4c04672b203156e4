import { expect, test } from 'vitest'
import { readTenantMoney } from './tenant-money.ts'

const order = { tenant: `0x${'0b'.repeat(20)}`, token: `0x${'05'.repeat(20)}` } as const
const never = () => new Promise<never>(() => {})
const channel = { collateral: 100n, redeemed: 0n, unlockAt: 0 }

test('misses no money that moves from the wallet into the escrow while it is looked for', async () => {
  let wallet = 50n
  let escrow = 7n
  const chain = {
    async walletBalance() {
      const seen = wallet
      // The deposit is mined between the two looks.
      escrow += wallet
      wallet = 0n
      return seen
    },
    freeBalance: async () => escrow,
    channel: async () => channel,
  }
  expect(await readTenantMoney(chain, order, never)).toBeGreaterThanOrEqual(57n)
})

test('counts a channel only where it is paid from', async () => {
  const chain = {
    walletBalance: async () => 1n,
    freeBalance: async () => 2n,
    channel: async () => channel,
  }
  expect(await readTenantMoney(chain, order, never)).toBe(3n)
  expect(await readTenantMoney(chain, { ...order, payment: 'voucher' }, never)).toBe(103n)
})

test('knows nothing where the chain fails or keeps silent', async () => {
  const failing = {
    walletBalance: async () => {
      throw new Error('unreachable')
    },
    freeBalance: async () => 2n,
    channel: async () => channel,
  }
  expect(await readTenantMoney(failing, order, never)).toBeUndefined()
  const silent = { ...failing, walletBalance: never }
  expect(await readTenantMoney(silent, order, async () => undefined)).toBeUndefined()
})
