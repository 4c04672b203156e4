import { isCancel, password } from '@clack/prompts'
import { SubletError } from '@sublet/protocol'

/** For opening: what is set or kept, else what a person types. */
export async function passphraseToOpen(dataDir: string): Promise<string | undefined> {
  const { passphraseOf } = await import('../network/wallets.ts')
  const known = await passphraseOf(dataDir)
  if (known !== undefined || !process.stdin.isTTY) return known
  return typed('Passphrase of the wallet')
}

/** For making a wallet: `SUBLET_PASSPHRASE`, else typed twice. Throws `wallet.locked` where nobody can type. */
export async function passphraseToCreate(): Promise<string> {
  const { findPassphrase } = await import('@sublet/service')
  const known = await findPassphrase({ env: process.env })
  if (known !== undefined) return known
  if (!process.stdin.isTTY) {
    throw new SubletError(
      'wallet.locked',
      'A new wallet needs a passphrase, and nobody is here to type one.',
      {
        hint: 'Set SUBLET_PASSPHRASE.',
      },
    )
  }
  const first = await typed('Passphrase for the new wallet')
  if ((await typed('The same once more')) !== first) {
    throw new SubletError('request.invalid', 'The two are not the same.', { hint: 'Try again.' })
  }
  return first
}

async function typed(message: string): Promise<string> {
  const answer = await password({ message })
  if (isCancel(answer) || answer === undefined || answer === '') {
    throw new SubletError('wallet.locked', 'No passphrase was given.', {
      hint: 'Try again, or set SUBLET_PASSPHRASE.',
    })
  }
  return answer
}
