import { randomBytes } from 'node:crypto'
import { link, open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Address, type Hex, SubletError } from '@sublet/protocol'
import type { PrivateKeyAccount } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { makeFolder } from '../folder/make-folder.ts'
import { fastAccount } from '../signature/fast-secp256k1.ts'
import { addressOf, decryptKey, encryptKey, parseKeyFile } from './secret-storage.ts'

export interface WalletPlace {
  /** The folder of wallets; made when it is not there. */
  dir: string
  /** Letters, digits, `-` and `_`; the file is NAME.json. */
  name: string
}

/**
 * How much work one guess of the passphrase is: `person` for what somebody thought up (64 MiB and about a fifth of a
 * second), `machine` for 32 random bytes, which nobody guesses anyway.
 */
export type PassphraseKind = 'person' | 'machine'
const scryptN: Readonly<Record<PassphraseKind, number>> = { person: 2 ** 16, machine: 2 ** 12 }

export interface WalletEntry {
  name: string
  address: Address
}

function fileOf({ dir, name }: WalletPlace): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name)) {
    throw new SubletError('request.invalid', `${JSON.stringify(name)} is no name for a wallet.`, {
      hint: 'Use letters, digits, - and _.',
    })
  }
  return join(dir, `${name}.json`)
}

/** Written whole or not at all, readable by its owner only, and never over another. */
async function keep(place: WalletPlace, text: string): Promise<void> {
  const file = fileOf(place)
  await makeFolder(place.dir)
  const draft = `${file}.${randomBytes(6).toString('hex')}.draft`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
    await link(draft, file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    throw new SubletError('wallet.exists', `There is a wallet named ${place.name} already.`, {
      hint: 'Choose another name; wallets are never overwritten.',
      cause,
    })
  } finally {
    await handle.close()
    await unlink(draft)
  }
}

async function read(place: WalletPlace): Promise<{ text: string; file: ReturnType<typeof parseKeyFile> }> {
  const path = fileOf(place)
  try {
    const text = await readFile(path, 'utf8')
    return { text, file: parseKeyFile(text) }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new SubletError('wallet.missing', `There is no wallet named ${place.name} here.`, {
        hint: 'Make one with `sublet wallet new`, or name the folder that holds it with --data.',
        cause,
      })
    }
    throw new SubletError('wallet.locked', `The wallet file ${path} cannot be read as a key file.`, {
      hint: 'Restore it from a backup: a Web3 Secret Storage file, version 3.',
      cause,
    })
  }
}

async function unlock(
  file: ReturnType<typeof parseKeyFile>,
  name: string,
  passphrase: string | undefined,
): Promise<PrivateKeyAccount & { privateKey: Hex }> {
  const key = passphrase === undefined ? undefined : await decryptKey(file, passphrase)
  if (key === undefined) {
    const why = passphrase === undefined ? 'needs its passphrase' : 'is not opened by this passphrase'
    throw new SubletError('wallet.locked', `The wallet ${name} ${why}.`, {
      hint: 'Set SUBLET_PASSPHRASE to the passphrase that the wallet was made with.',
    })
  }
  return { ...fastAccount(key), privateKey: key }
}

/** A new wallet with a new key. Throws `wallet.exists`. */
export async function createWallet(
  options: WalletPlace & { passphrase: string; passphraseKind?: PassphraseKind | undefined },
): Promise<PrivateKeyAccount> {
  return importWallet({ ...options, privateKey: generatePrivateKey() })
}

/** The account in a wallet. Throws `wallet.missing`, or `wallet.locked` without the right passphrase. */
export async function openWallet(
  options: WalletPlace & { passphrase: string | undefined },
): Promise<PrivateKeyAccount> {
  const { file } = await read(options)
  const { privateKey: _, ...account } = await unlock(file, options.name, options.passphrase)
  return account
}

/** Names and addresses, without opening anything. */
export async function listWallets({ dir }: { dir: string }): Promise<WalletEntry[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const entries = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map(async (file) => {
        const name = file.slice(0, -'.json'.length)
        const address = await read({ dir, name }).then(
          (wallet) => addressOf(wallet.file),
          () => undefined,
        )
        return address === undefined ? [] : [{ name, address }]
      }),
  )
  return entries.flat()
}

/** The secret key itself, and the file that other programs import. Throws `wallet.missing`, `wallet.locked`. */
export async function exportWallet(
  options: WalletPlace & { passphrase: string | undefined },
): Promise<{ address: Address; privateKey: Hex; keystore: string }> {
  const { text, file } = await read(options)
  const { address, privateKey } = await unlock(file, options.name, options.passphrase)
  return { address: address.toLowerCase() as Address, privateKey, keystore: text }
}

/**
 * A wallet from a private key, or from another program's key file and its passphrase. Throws `wallet.exists`,
 * `wallet.locked` when the passphrase does not open the file, `request.invalid` when it is no key.
 */
export async function importWallet(
  options: WalletPlace & { passphrase: string; passphraseKind?: PassphraseKind | undefined } & (
      | { privateKey: Hex }
      | { keystore: string; keystorePassphrase: string }
    ),
): Promise<PrivateKeyAccount> {
  const { name, passphrase, passphraseKind = 'person' } = options
  if (passphrase === '') {
    throw new SubletError('request.invalid', 'A wallet needs a passphrase.', {
      hint: 'Type one, or set SUBLET_PASSPHRASE.',
    })
  }
  const privateKey = 'privateKey' in options ? options.privateKey : await keyFromFile(options)
  const account = accountOf(privateKey)
  await keep(
    { dir: options.dir, name },
    await encryptKey({ privateKey, passphrase, scryptN: scryptN[passphraseKind], randomBytes }),
  )
  return account
}

async function keyFromFile({
  keystore,
  keystorePassphrase,
}: {
  keystore: string
  keystorePassphrase: string
}): Promise<Hex> {
  let file: ReturnType<typeof parseKeyFile>
  try {
    file = parseKeyFile(keystore)
  } catch (cause) {
    throw new SubletError('request.invalid', 'This is no key file.', {
      hint: 'Give a Web3 Secret Storage file, version 3, as geth, MetaMask and ethers write them.',
      cause,
    })
  }
  return (await unlock(file, 'file', keystorePassphrase)).privateKey
}

function accountOf(privateKey: Hex): PrivateKeyAccount {
  try {
    return fastAccount(privateKey)
  } catch (cause) {
    throw new SubletError('request.invalid', 'This is no private key.', {
      hint: 'Write 0x and 64 hexadecimal digits.',
      cause,
    })
  }
}
