import { closeReasons, leaseStatuses, roles } from '../lease/enums.ts'

/**
 * One sentence for each custom error. `{0}` is the first argument as it is; `{0:time}` shows unix seconds as an instant,
 * `{0:status}`, `{0:role}` and `{0:reason}` the words of an enumeration.
 */
export const sentences: Readonly<Record<string, string>> = {
  // Escrow: money
  TokenNotAllowed: 'The escrow takes no deposits in the token {0}; governance keeps the list.',
  TokenMovedOtherAmount:
    'The token {0} moved {2} base units instead of {1}; tokens that take a fee on the way are refused.',
  TokenTransferFailed: 'The token {0} did not transfer.',
  InsufficientBalance:
    'The account {0} has {3} base units of {1} in the escrow; {2} are needed. Deposit more first.',
  ZeroAmount: 'There is nothing to move: the amount is zero.',
  ZeroAddress: 'An address that must be given is zero.',
  // Escrow: leases
  NewLeasesPaused: 'New leases are held back by the guardian; leases that run and withdrawals go on.',
  AgreementExpired: 'The agreement had to be opened by {0:time}; it is {1:time}.',
  AgreementInvalid: "The agreement's {0} contradicts its other fields.",
  FeesTooHigh: 'Indexer ({0} bps) and treasury ({1} bps) together would take more than everything.',
  LeaseExists: 'This tenant and salt were used before; the lease {0} is {1:status}. Sign with a new salt.',
  LeaseNotOpen: 'The lease {0} is not open; it is {1:status}.',
  AgreementMismatch: 'The lease {0} was opened with another agreement.',
  LeaseEnded: 'The lease {0} ended by itself at {1:time}; its deposit or longest duration is used up.',
  LeaseStillFunded: 'The lease {0} is funded until {1:time}; before that only its parties can end it.',
  SignatureInvalid: 'The signature is not from {0}; it recovers to {1}.',
  NotAuthorised: '{0} may not do this; {1} may.',
  OperatorExpired: 'The operator {0} had its powers until {1:time}.',
  OperatorRateExceeded:
    'The rate of {1} base units per hour is above the {2} that the operator {0} may agree to.',
  OperatorTotalExceeded: 'The operator {0} may commit {2} more base units; this needs {1}.',
  SettlementOutOfRange: 'A settlement of {0} must lie between {1}, already drawn, and {2}, accrued so far.',
  NoticeAlreadyGiven: 'Notice for the lease {0} was given already; it ends at {1:time}.',
  CreditOutOfRange:
    'A credit of {0} seconds must exceed the {1} that stand and not exceed the {2} that have passed.',
  // Escrow: vouchers
  UnlockNotRequested: 'Ask for the collateral first; it can be taken back a day later.',
  UnlockTooEarly: 'The collateral can be taken back from {0:time}; it is {1:time}.',
  LengthMismatch: 'The lists have different lengths: {0} and {1}.',
  ParameterOutOfRange: '{0} may be at most {2}; it is {1}.',
  // NodeRegistry
  NotRegistered: '{0} holds no role in the registry.',
  RoleAlreadyHeld: '{0} is registered as {1:role} already; use update.',
  RoleNotHeld: '{0} is not registered as {1:role}.',
  EndpointInvalid: 'An endpoint has 1 to 256 bytes; this one has {0}.',
  PublicKeyMissing: 'The node must give its X25519 public key.',
  StakeTooLow: '{0} has {1} base units at stake; {2} are needed.',
  StakeExceeded: '{0} asked for {1} base units back but has {2} at stake.',
  NothingUnbonding: '{0} has no stake on its way out.',
  StillUnbonding: 'The stake is liable until {0:time}; it is {1:time}.',
  NotPayoutOwner: 'Only {1} may change this payout address; the caller is {0}.',
  NotSlasher: '{0} may neither slash nor jail.',
  CheckerSetFull:
    'All places for checkers are taken; the lowest, {0}, has {1} base units at stake, and {2} is not more.',
  // Tokens
  NotMinter: '{0} may not mint; {1} may.',
  CapExceeded: 'The supply would be {0}, above the cap of {1} base units.',
  ERC20InsufficientAllowance: 'The allowance is {1} base units; {2} are needed. Approve more first.',
  ERC20InsufficientBalance: 'The account {0} holds {1} base units; {2} are needed.',
  ERC20InvalidApprover: '{0} cannot approve.',
  ERC20InvalidReceiver: 'Tokens cannot be sent to {0}.',
  ERC20InvalidSender: 'Tokens cannot be sent from {0}.',
  ERC20InvalidSpender: '{0} cannot be a spender.',
  ERC20ExceededSafeSupply: 'The supply would be {0}, above the {1} that votes can count.',
  ERC2612ExpiredSignature: 'The permit was good until {0:time}.',
  ERC2612InvalidSigner: 'The permit was signed by {0}, not by {1}.',
  ERC3009InvalidAuthorizationTime: 'The transfer authorisation counts only from {0:time} until {1:time}.',
  ERC3009InvalidSignature: "The transfer authorisation's signature is not its holder's.",
  ERC3009UsedAuthorization: 'The transfer authorisation {1} of {0} was used or withdrawn before.',
  ERC5805FutureLookup: 'Votes at {0:time} are not known yet; it is {1:time}.',
  VotesExpiredSignature: 'The delegation was good until {0:time}.',
  InvalidAccountNonce: 'The signature carries a stale number; the next of {0} is {1}.',
  SafeERC20FailedOperation: 'The token {0} did not transfer.',
  CheckpointUnorderedInsertion: 'A record of votes came out of order.',
  SafeCastOverflowedUintDowncast: 'The number {1} does not fit into {0} bits.',
  // Everywhere
  OwnableUnauthorizedAccount: '{0} does not hold this contract; only the timelock may do this.',
  OwnableInvalidOwner: '{0} cannot hold a contract.',
  ReentrancyGuardReentrantCall: 'A token tried to call back into the contract that was moving it.',
  ECDSAInvalidSignature: 'The signature is malformed.',
  ECDSAInvalidSignatureLength: 'A signature has 65 bytes; this one has {0}.',
  ECDSAInvalidSignatureS: 'The signature is in its malleable form.',
  InvalidShortString: 'A stored name cannot be read.',
  StringTooLong: 'The name is too long: {0}.',
}

const words: Record<string, readonly string[]> = { status: leaseStatuses, reason: closeReasons, role: roles }

/** Fills a sentence with an error's values. */
export function fillSentence(sentence: string, args: readonly unknown[]): string {
  return sentence.replace(/\{(\d+)(?::(\w+))?\}/g, (_, index: string, kind: string | undefined) => {
    const value = args[Number(index)]
    if (kind === 'time') return instant(value)
    if (kind !== undefined) return words[kind]?.[Number(value)] ?? String(value)
    return String(value)
  })
}

function instant(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000)
  return Number.isNaN(date.getTime()) ? `second ${String(seconds)}` : date.toISOString().replace('.000Z', 'Z')
}
