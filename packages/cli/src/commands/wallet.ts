import { readFile } from 'node:fs/promises'
import {
  addressSchema,
  dollars,
  instantWords,
  isSubletError,
  parseDollars,
  SubletError,
  type VoucherChannel,
  type WalletSummary,
} from '@sublet/protocol'
import type { Command } from 'commander'
import { formatEther } from 'viem'
import { walletPlaces } from '../network/wallet-places.ts'
import { passphraseToCreate, passphraseToOpen } from './ask-passphrase.ts'
import { commandContext, type GlobalOptions } from './context.ts'

const defaultName = 'tenant'

/** Loaded only where it is used, so that every other command starts at once. */
const keystore = () => import('@sublet/service')

export function addWallet(program: Command): void {
  const wallet = program.command('wallet')

  wallet
    .command('new')
    .description('make a wallet, or bring one in')
    .argument('[name]', 'which wallet', defaultName)
    .option('--import <file>', 'a Web3 Secret Storage file, or a file with a private key in it')
    .action(async (name: string, options: { import?: string }, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const { createWallet, importWallet } = await keystore()
      const { dir } = walletPlaces(dataDir)
      const passphrase = await passphraseToCreate()
      const account =
        options.import === undefined
          ? await createWallet({ dir, name, passphrase })
          : await importWallet({ dir, name, passphrase, ...(await keyIn(options.import, passphrase)) })
      output.result({ name, address: account.address, file: `${dir}/${name}.json` }, () =>
        [
          `${name}  ${account.address}`,
          `Kept encrypted in ${dir}/${name}.json. Without its passphrase it is lost.`,
        ].join('\n'),
      )
    })

  wallet
    .command('show')
    .description('addresses and balances')
    .action(async (_options: unknown, command: Command) => {
      const { output, dataDir, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const { listWallets } = await keystore()
      const wallets = await listWallets({ dir: walletPlaces(dataDir).dir })
      const [summary, channels] = await controller()
        .then((client) => Promise.all([client.wallet(), client.channels()]))
        .catch((error: unknown) => {
          // Addresses are known without a network; what is wrong with one that runs should be heard.
          if (isSubletError(error, 'controller.unreachable')) return []
          throw error
        })
      if (wallets.length === 0 && summary === undefined) {
        throw new SubletError('wallet.missing', `There is no wallet in ${dataDir} yet.`, {
          hint: 'Make one with `sublet wallet new`, or start a network of your own with `sublet up`.',
        })
      }
      output.result({ ...summary, ...(channels === undefined ? {} : { channels }), wallets }, () =>
        [
          ...wallets.map((one) => `${one.name.padEnd(10)} ${one.address}`),
          ...(summary === undefined ? ['No network runs, so balances are not known.'] : describe(summary)),
          ...(channels ?? []).map(channelLine),
        ].join('\n'),
      )
    })

  wallet
    .command('fund')
    .description('test dollars and gas for the tenant, on a network of your own')
    .argument('[dollars]', 'how much', '1000')
    .action(async (amount: string, _options: unknown, command: Command) => {
      const { output, dataDir, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const baseUnits = parseDollars(amount)
      if (baseUnits === undefined) {
        throw new SubletError('request.invalid', `${amount} is no amount of dollars.`, {
          hint: 'Write 1000 or 0.50.',
        })
      }
      const client = await controller()
      const { address } = await client.wallet()
      const { fundFromFaucet } = await import('../network/faucet.ts')
      await fundFromFaucet(dataDir, address, baseUnits)
      const summary = await client.wallet()
      output.result(summary, () => describe(summary).join('\n').trimStart())
    })

  wallet
    .command('unlock')
    .description('ask for the collateral of a voucher channel, and a day later take it back')
    .argument('<provider>', "the provider's address, as `wallet show` lists it")
    .action(async (provider: string, _options: unknown, command: Command) => {
      const { output, controller } = commandContext(command.optsWithGlobals<GlobalOptions>())
      if (!addressSchema.safeParse(provider).success) {
        throw new SubletError('request.invalid', `${provider} is no provider's address.`, {
          hint: 'It is 0x and 40 hexadecimal digits; `sublet wallet show` lists each channel with its provider.',
        })
      }
      const channel = await (await controller()).unlockChannel(provider)
      output.result(channel, () => channelLine(channel))
    })

  wallet
    .command('export')
    .description('the private key and the encrypted key file, to use elsewhere')
    .argument('[name]', 'which wallet', defaultName)
    .option('--private-key', 'print the private key itself')
    .action(async (name: string, options: { privateKey?: boolean }, command: Command) => {
      const { output, dataDir } = commandContext(command.optsWithGlobals<GlobalOptions>())
      const { exportWallet } = await keystore()
      const { dir } = walletPlaces(dataDir)
      const exported = await exportWallet({ dir, name, passphrase: await passphraseToOpen(dataDir) })
      const { privateKey, ...safe } = exported
      output.result(options.privateKey ? exported : safe, () =>
        options.privateKey ? privateKey : safe.keystore,
      )
    })
}

/** What is in a file to import: a private key in hexadecimal, or another program's key file. */
async function keyIn(path: string, passphrase: string) {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SubletError('request.invalid', `There is no file ${path}.`, { hint: 'Check the path.', cause })
  })
  const key = text.trim()
  if (/^(0x)?[0-9a-fA-F]{64}$/.test(key)) {
    return { privateKey: (key.startsWith('0x') ? key : `0x${key}`) as `0x${string}` }
  }
  return { keystore: text, keystorePassphrase: process.env.SUBLET_IMPORT_PASSPHRASE ?? passphrase }
}

function channelLine({ provider, collateral, redeemed, unlockAt }: VoucherChannel): string {
  const state = unlockAt === 0 ? '' : `, to be taken back from ${instantWords(unlockAt * 1000)}`
  return `channel    ${provider}: ${dollars(collateral)} set aside for vouchers, ${dollars(redeemed)} paid so far${state}`
}

function describe(summary: WalletSummary): string[] {
  return [
    '',
    `You rent as ${summary.address} on chain ${summary.chainId}:`,
    `wallet     ${dollars(summary.walletBalance)} ${summary.tokenSymbol}`,
    `escrow     ${dollars(summary.escrowBalance)} ${summary.tokenSymbol}, free to rent with`,
    `for gas    ${Number(formatEther(summary.gasBalance)).toFixed(4)} of the chain's own coin`,
  ]
}
