import type { ChainClient } from '@sublet/sdk'
import { depositNeeded } from './shortfall.ts'

/** Sees to it that the escrow holds what is about to be agreed on. */
export interface Funding {
  /**
   * Sets an amount aside under a name. Throws `funds.insufficient` before anything moves. What the escrow lacks is on
   * its way from the wallet then; `deposited` settles when it is there.
   */
  promise(name: string, amount: bigint): Promise<{ deposited: Promise<void> }>
  /** Promises an amount under a name while something takes it, once it is there. */
  during(name: string, amount: bigint, use: () => Promise<void>): Promise<void>
  /** The lease has opened, or will not: its promise is no longer counted. */
  release(name: string): void
}

type FundingChain = Pick<
  ChainClient,
  'escrowBalance' | 'tokenBalance' | 'deposit' | 'tokenSymbol' | 'tokenDecimals' | 'account'
>

export function createFunding(chain: FundingChain): Funding {
  const promises = new Map<string, bigint>()
  // One at a time, deposit included: two orders must not count on the same money.
  let last: Promise<unknown> = Promise.resolve()

  const make = async (name: string, amount: bigint) => {
    const [escrowBalance, walletBalance] = await Promise.all([chain.escrowBalance(), chain.tokenBalance()])
    const promised = [...promises].reduce((sum, [other, held]) => (other === name ? sum : sum + held), 0n)
    const deposit = depositNeeded({
      needed: amount,
      promised,
      escrowBalance,
      walletBalance,
      symbol: chain.tokenSymbol,
      decimals: chain.tokenDecimals,
      address: chain.account ?? '',
    })
    promises.set(name, amount)
    const deposited = deposit === 0n ? Promise.resolve() : chain.deposit(deposit)
    deposited.catch(() => promises.delete(name))
    return { deposited }
  }

  const funding: Funding = {
    promise(name, amount) {
      const made = last.then(() => make(name, amount))
      last = made.then(({ deposited }) => deposited).catch(() => {})
      return made
    },
    async during(name, amount, use) {
      try {
        const { deposited } = await funding.promise(name, amount)
        await deposited
        await use()
      } finally {
        funding.release(name)
      }
    },
    release(name) {
      promises.delete(name)
    },
  }
  return funding
}
