import {
  escrowAbi,
  escrowContract,
  leaseStatuses,
  type NetworkAddresses,
  nodeRegistryContract,
  roles,
} from '@sublet/contracts'
import { type Address, type Hex, leaseIdOf, SubletError } from '@sublet/protocol'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  hashTypedData,
  http,
  type LocalAccount,
  type PublicClient,
  recoverAddress,
} from 'viem'
import type { ChainClient } from './chain-client.ts'
import { depositIntoEscrow } from './deposit.ts'
import { explainChainError } from './explain-chain-error.ts'
import { readOpening, readSettlement } from './lease-events.ts'
import { readLeaseHistories } from './lease-history.ts'
import { createSerialSender } from './serial-sender.ts'
import { createVoucherChannels } from './voucher-channels.ts'

export interface ChainClientOptions {
  rpcUrl: string
  addresses: NetworkAddresses
  /** The wallet that pays and signs; without one the client only reads. */
  account?: LocalAccount | undefined
  /** What leases are paid in; the test dollar unless given. */
  token?: Address | undefined
  /** Milliseconds between looks at the chain while a transaction waits; 100 by default. */
  pollMs?: number | undefined
  /** Milliseconds after which a transaction that is not mined is given up; two minutes by default. */
  timeoutMs?: number | undefined
  /** Tells who signed a hash, or rejects; viem's own unless given. Daemons bring a faster one. */
  recoverSigner?: ((signed: { hash: Hex; signature: Hex }) => Promise<Hex>) | undefined
}

const lower = (address: string) => address.toLowerCase() as Address

/**
 * Connects to the chain. Throws `chain.unreachable`, and `chain.wrong-network` when it is not the one that the
 * addresses are for.
 *
 * @example
 * const chain = await createChainClient({ rpcUrl: 'http://127.0.0.1:8545', addresses, account })
 * await chain.deposit(5_000_000n)
 */
export async function createChainClient(options: ChainClientOptions): Promise<ChainClient> {
  const {
    rpcUrl,
    addresses,
    account,
    pollMs = 100,
    timeoutMs = 120_000,
    recoverSigner = recoverAddress,
  } = options
  const token = lower(options.token ?? addresses.testDollar)
  const escrow = lower(addresses.escrow)
  const chain = defineChain({
    id: addresses.chainId,
    name: 'Sublet',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const transport = http(rpcUrl, { retryCount: 1, timeout: 10_000 })
  const publicClient: PublicClient = createPublicClient({ chain, transport, pollingInterval: pollMs })

  const explained = async <T>(reading: Promise<T>): Promise<T> => {
    try {
      return await reading
    } catch (error) {
      throw explainChainError(error, rpcUrl)
    }
  }
  const own = (of: Address | undefined): Address => {
    if (of !== undefined) return of
    if (account !== undefined) return account.address
    throw new SubletError('wallet.missing', 'No wallet was given to the chain client.', {
      hint: 'Create one with `sublet wallet new`, or pass an account.',
    })
  }
  const sender =
    account === undefined
      ? undefined
      : createSerialSender({
          publicClient,
          walletClient: createWalletClient({ account, chain, transport }),
          rpcUrl,
          pollMs,
          timeoutMs,
        })
  const send: NonNullable<typeof sender>['send'] = (call) => {
    if (sender === undefined) own(undefined)
    return (sender as NonNullable<typeof sender>).send(call)
  }

  const [chainId, tokenDecimals, tokenSymbol] = await explained(
    Promise.all([
      publicClient.getChainId(),
      publicClient
        .readContract({ address: token, abi: erc20Abi, functionName: 'decimals' })
        .catch(unlessAbsent),
      publicClient
        .readContract({ address: token, abi: erc20Abi, functionName: 'symbol' })
        .catch(unlessAbsent),
    ]),
  )
  if (chainId !== addresses.chainId || tokenDecimals === undefined || tokenSymbol === undefined) {
    const found =
      chainId === addresses.chainId
        ? `has no token at ${token}`
        : `has the chain id ${chainId}, not ${addresses.chainId}`
    throw new SubletError('chain.wrong-network', `The chain at ${rpcUrl} ${found}.`, {
      hint: 'Name the RPC of the network that these addresses are for, with SUBLET_RPC_URL.',
      details: { chainId, expectedChainId: addresses.chainId },
    })
  }

  let lastDeposit: Promise<unknown> = Promise.resolve()
  const onEscrow = { address: escrow, abi: escrowAbi } as const
  const { read } = escrowContract(escrow, publicClient)
  const registry = nodeRegistryContract(addresses.nodeRegistry, publicClient)
  const lease: ChainClient['lease'] = async (leaseId, blockNumber) => {
    const state = await explained(read.lease([leaseId], blockNumber === undefined ? {} : { blockNumber }))
    return {
      leaseId,
      status: leaseStatuses[state.status] ?? 'none',
      openedAt: state.openedAt,
      toppedUp: state.toppedUp,
      drawn: state.paid,
      creditSeconds: state.creditSeconds,
      noticeEndsAt: state.noticeEndsAt,
      endedAt: state.endedAt,
      noticeSeconds: state.noticePeriod,
    }
  }
  const leaseOpening: ChainClient['leaseOpening'] = (leaseId) =>
    explained(readOpening(publicClient, addresses, leaseId))
  const settlement: ChainClient['settlement'] = async (leaseId) => {
    const state = await lease(leaseId)
    if (state.status !== 'closed') return undefined
    return explained(readSettlement(publicClient, addresses, leaseId, state.toppedUp))
  }
  const closeLease: ChainClient['closeLease'] = async (agreement) => {
    const leaseId = leaseIdOf(agreement.tenant, agreement.salt)
    // Whoever else closed it first did what was wanted.
    const failure = await send({ ...onEscrow, functionName: 'close', args: [agreement] }).then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    const settled = await settlement(leaseId)
    if (settled !== undefined) return settled
    throw failure?.error ?? new SubletError('internal', `The lease ${leaseId} was closed without a trace.`)
  }

  return {
    rpcUrl,
    addresses,
    domain: { chainId, escrow },
    token,
    tokenSymbol,
    tokenDecimals,
    account: account === undefined ? undefined : lower(account.address),
    publicClient,
    async nowSeconds() {
      // On a chain that mines only when there is something to mine, the last block may be hours old.
      const [latest, pending] = await explained(
        Promise.all([
          publicClient.getBlock(),
          publicClient.getBlock({ blockTag: 'pending' }).catch(() => undefined),
        ]),
      )
      return Math.max(Number(latest.timestamp), Number(pending?.timestamp ?? 0))
    },
    tokenBalance: async (of) =>
      explained(
        publicClient.readContract({
          address: token,
          abi: erc20Abi,
          functionName: 'balanceOf',
          args: [own(of)],
        }),
      ),
    escrowBalance: async (of) => explained(read.balanceOf([own(of), token])),
    gasBalance: async (of) => explained(publicClient.getBalance({ address: own(of) })),
    async deposit(amount) {
      if (account === undefined) {
        own(undefined)
        return
      }
      // A permit uses up the token's own nonce, so each must be mined before the next is signed.
      const deposit = () =>
        depositIntoEscrow({ publicClient, account, send, escrow, token, amount, explained })
      const made = lastDeposit.then(deposit)
      lastDeposit = made.catch(() => {})
      await made
    },
    async withdraw(amount) {
      await send({ ...onEscrow, functionName: 'withdraw', args: [token, amount] })
    },
    async topUp(agreement, amount) {
      await send({ ...onEscrow, functionName: 'topUp', args: [agreement, amount] })
    },
    closeLease,
    async forbidLease(salt) {
      const leaseId = leaseIdOf(own(undefined), salt)
      const failure = await send({ ...onEscrow, functionName: 'cancel', args: [salt] }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      if (failure === undefined) return undefined
      const { status } = await lease(leaseId)
      if (status === 'none') throw failure.error
      const opening = status === 'open' ? await leaseOpening(leaseId) : undefined
      return opening === undefined ? settlement(leaseId) : closeLease(opening.agreement)
    },
    lease,
    leaseOpening,
    settlement,
    channels: createVoucherChannels({
      publicClient,
      send,
      explained,
      escrow,
      token,
      own: () => own(undefined),
      fromBlock: addresses.deployedAtBlock,
    }),
    histories: (of) => explained(readLeaseHistories(publicClient, addresses, of)),
    async leaseMoney(agreement) {
      const view = await explained(read.leaseView([agreement]))
      return {
        leaseId: view.leaseId,
        status: leaseStatuses[view.status] ?? 'none',
        openedAt: view.openedAt,
        toppedUp: view.deposit - agreement.deposit,
        drawn: view.paid,
        creditSeconds: view.creditSeconds,
        noticeEndsAt: view.noticeEndsAt,
        fundedUntil: view.fundedUntil,
        deposit: view.deposit,
        accrued: view.accrued,
      }
    },
    fundedUntil: async (agreement) => explained(read.fundedUntil([agreement])),
    async node(address) {
      const node = await explained(registry.read.node([address]))
      if (node.roles === 0) return undefined
      return {
        address: lower(address),
        roles: roles.filter((_role, bit) => (node.roles & (1 << bit)) !== 0),
        endpoint: node.endpoint,
        publicKey: node.publicKey.toLowerCase() as Hex,
        payout: lower(node.payout),
        jailedUntil: node.jailedUntil,
        stake: node.stake,
      }
    },
    async isSignedBy(signer, data, signature) {
      const recovered = await recoverSigner({ hash: hashTypedData(data), signature }).catch(() => undefined)
      if (recovered !== undefined && lower(recovered) === lower(signer)) return true
      return explained(publicClient.verifyTypedData({ ...data, address: signer, signature }))
    },
  }
}

/** A call that answers nothing means that there is no contract; anything else is the caller's to know. */
function unlessAbsent(error: unknown): undefined {
  if (error instanceof Error && error.name === 'ContractFunctionExecutionError') {
    const cause = error.cause
    if (cause instanceof Error && cause.name === 'ContractFunctionZeroDataError') return undefined
  }
  throw error
}
