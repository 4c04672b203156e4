import { caseStatuses, closeReasons, leaseStatuses, proposalStates, roles } from '../enums.ts'

/**
 * One sentence for each custom error. `{0}` is the first argument as it is; `{0:time}` shows unix seconds as an instant,
 * `{0:status}`, `{0:role}` and the like the words of an enumeration.
 */
export const sentences: Readonly<Record<string, string>> = {
  // Escrow: money
  TokenNotAllowed: 'The escrow takes no deposits in the token {0}; governance keeps the list.',
  TokenMovedOtherAmount:
    'The token {0} moved {2} base units instead of {1}; tokens that take a fee on the way are refused.',
  InsufficientBalance:
    'The account {0} has {3} base units of {1} in the escrow; {2} are needed. Deposit more first.',
  PayoutNotSet: '{0} has registered no payout address; only it can withdraw what it has.',
  ZeroAmount: 'There is nothing to move: the amount is zero.',
  ZeroAddress: 'An address that must be given is zero.',
  // Escrow: leases
  NewLeasesPaused: 'New leases are held back by the guardian; leases that run and withdrawals go on.',
  AgreementExpired: 'The agreement had to be opened by {0:time}; it is {1:time}.',
  AgreementInvalid: "The agreement's {0} cannot be, or contradicts its other fields.",
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
    'The operator {0} may keep leases of {2} base units per hour open at one time; this would be {1}.',
  OperatorTotalExceeded: 'The operator {0} may commit {2} more base units; this needs {1}.',
  SettlementExpired: 'The settlement was good until {0:time}; agree on a new one.',
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
  // Epochs and their beacons
  EpochLengthZero: 'An epoch must last at least a second.',
  NotPreparing: 'Epoch {0} is prepared only in the first half of the epoch before it.',
  NotRevealing: 'Secrets for epoch {0} are revealed only in its own first half.',
  RevealNotOver: 'Secrets for epoch {0} can still be revealed.',
  NotActiveChecker: '{0} is not a checker that may work now: it must be registered, staked and out of jail.',
  CommitmentMissing: 'A commitment must not be empty.',
  AlreadyCommitted: '{1} has committed for epoch {0} already.',
  AlreadyRevealed: '{1} has revealed for epoch {0} already.',
  SecretMismatch: 'The secret is not the one that {1} committed to for epoch {0}.',
  EpochNotBegun: 'Epoch {0} has not begun.',
  EpochAlreadyBegun: 'Epoch {0} has its seed already.',
  NothingToSettle: '{1} has no bond left in epoch {0}.',
  AlreadyFrozen: 'The checkers of epoch {0} are frozen already.',
  NoCheckers: 'There is no checker to draw from.',
  BeaconNotReady: 'The randomness of epoch {0} is not there yet.',
  BeaconAlreadyKnown: 'The randomness of epoch {0} is known already.',
  BeaconSignatureInvalid: "The signature is not drand's over round {0}.",
  DrandNotBegun: 'Epoch {0} starts before drand did.',
  NothingFrozen: 'No checkers were frozen for epoch {0} or before it.',
  CheckersMismatch:
    'These are not the checkers that were frozen for epoch {0}; take them from CheckersFrozen.',
  PointInvalid: 'A coordinate lies outside the field.',
  PrecompileFailed: 'The chain lacks a precompile that the signature check needs.',
  // Verdicts
  CaseExists: 'There is a case {0} about this already.',
  CaseInWrongState: 'The case {0} is {1:case}.',
  CaseTooOld: 'Epoch {0} is more than {2} epochs ago, it is {1}; no case can be opened about it any more.',
  LeaseTooYoung:
    'The lease {0} was opened at {1:time}, not before its epoch began at {2:time}; open the case in a later epoch.',
  NotOnCommittee: '{1} was not drawn for the case {0}.',
  CommitClosed: 'The time to commit votes on the case {0} is over.',
  RevealClosed: 'Votes on the case {0} cannot be revealed now.',
  VotingNotOver: 'Votes on the case {0} can still be revealed.',
  AlreadyVoted: '{1} has voted on the case {0} already.',
  VoteMismatch: 'The vote is not the one that {1} committed to in the case {0}.',
  AppealClosed: 'The case {0} can no longer be appealed.',
  AppealStillOpen: 'The case {0} can be appealed until {1:time}.',
  StatementSignatureInvalid: 'The statement is not signed by {0}, or speaks of something else.',
  NoEquivocation: 'The two statements do not contradict each other.',
  EquivocationKnown: '{0} was judged for two contents on {2} in epoch {1} already.',
  AgreementNotTheTarget: 'The case is about {1}, not about the lease {0}.',
  TargetNotANode: '{0} is not a node that this kind of case can be about.',
  ParameterInvalid: 'The parameter {0} is out of range.',
  // Rewards
  EpochOutOfOrder: 'Epoch {0} is not after {1}, whose rewards are final.',
  ReportTooOld: 'Epoch {0} is more than {2} epochs ago, it is {1}; its rewards can no longer be brought.',
  ReportStands: 'A report on epoch {0} is waiting; only one can.',
  ReportNotPending: 'No such report is waiting.',
  ReportNotChallenged: 'The report is not challenged.',
  ChallengeOpen: 'The report can be challenged or upheld until {0:time}.',
  ChallengeOver: 'The report could be challenged until {0:time}.',
  QuorumMissing: '{0} of {1} committee members signed; more than two thirds must.',
  SignatureCountWrong: 'There are {0} signatures for {1} members; give an empty one for who did not sign.',
  EmissionTooHigh: 'The report makes {0} base units; {1} are allowed.',
  EmissionCapReached: 'Emission would be {0}, above the cap of {1} base units.',
  ProofInvalid: 'The proof does not show what {0} earned; take it from the last final report.',
  NothingToClaim: '{0} has claimed everything.',
  ClassTargetZero: 'The class {0} has no target use.',
  ClassWeightsTooHigh: "The classes' weights add up to {0}; 10,000 is everything.",
  ClassWeightTooHigh: 'The class {0} weighs {1}; {2} is the most that its scarcity may weigh.',
  ClassesNotSorted: 'The class {0} is there twice or out of order; classes rise by their names.',
  ScheduleInvalid: 'The emission schedule contradicts itself.',
  NotRewards: 'Only the rewards contract {1} pays bonds out; the caller is {0}.',
  // HardwareFund
  DeviceExists: 'The fund has the device {0} in its books already.',
  DeviceUnknown: 'The fund has no device {0}.',
  DeviceAlreadyRetired: 'The device {0} is retired.',
  BondTooLow: 'The custodian has put up {1} base units for {0}; {2} are needed.',
  BondInUse: 'The bond stands for the device {0} until it is retired.',
  CashTooLow: 'The fund has {0} base units of cash; {1} are needed.',
  BookValueWouldRise: 'The book value of {0} is {1} and cannot rise to {2}.',
  LifeInvalid: 'A device cannot last {0} seconds.',
  TooManyDevices: 'The fund keeps {0} devices at most; retire one first.',
  PayoutNotTheFund:
    'The earnings of the custodian {0} would go to {1}; its payout address must be the fund before it buys.',
  AssetIsTheHolders: '{0} is what the holders share; it leaves by redeeming only.',
  ERC4626ExceededMaxDeposit: '{0} may deposit at most {2} base units, not {1}.',
  ERC4626ExceededMaxMint: '{0} may take at most {2} shares, not {1}.',
  ERC4626ExceededMaxRedeem: '{0} can redeem {2} shares now, not {1}; the rest is in hardware.',
  ERC4626ExceededMaxWithdraw: '{0} can withdraw {2} base units now, not {1}; the rest is in hardware.',
  // Governance
  AccessControlBadConfirmation: 'A role can be renounced only by its holder.',
  AccessControlUnauthorizedAccount: '{0} lacks the role {1}.',
  FailedCall: 'A call that the proposal makes failed.',
  ERC6372InconsistentClock: "The votes' clock has changed.",
  GovernorAlreadyCastVote: '{0} has voted already.',
  GovernorAlreadyQueuedProposal: 'The proposal {0} is queued already.',
  GovernorDisabledDeposit: 'The governor takes no money; send it to the timelock.',
  GovernorInsufficientProposerVotes: '{0} has {1} votes; a proposal needs {2}.',
  GovernorInvalidProposalLength:
    'The proposal lists {0} targets, {1} calls and {2} values; they must be as many.',
  GovernorInvalidQuorumFraction: 'A quorum of {0} of {1} is impossible.',
  GovernorInvalidSignature: 'The vote is not signed by {0}.',
  GovernorInvalidVoteParams: 'The vote carries parameters that are not understood.',
  GovernorInvalidVoteType: 'A vote is against (0), for (1) or abstain (2).',
  GovernorInvalidVotingPeriod: 'A vote cannot last {0} seconds.',
  GovernorNonexistentProposal: 'There is no proposal {0}.',
  GovernorOnlyExecutor: 'Only the timelock may do this; the caller is {0}.',
  GovernorProposalQueueingFailed: 'The proposal {0} could not be queued.',
  GovernorProposalQueueingNotRequired: 'The proposal {0} needs no queue.',
  GovernorRestrictedProposer: '{0} may not bring this proposal.',
  GovernorUnableToCancel: '{1} cannot cancel the proposal {0}.',
  GovernorUnexpectedProposalState: 'The proposal {0} is {1:proposal}.',
  TimelockInsufficientDelay: 'A delay of {0} seconds is shorter than the {1} that the timelock waits.',
  TimelockInvalidOperationLength:
    'The operation lists {0} targets, {1} calls and {2} values; they must be as many.',
  TimelockUnauthorizedCaller: '{0} may not do this; only the timelock itself.',
  TimelockUnexecutedPredecessor: 'The operation {0} must be done first.',
  TimelockUnexpectedOperationState: 'The operation {0} is not in the state that this needs.',
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

/** What the language itself, and contracts that are not ours, refuse with. */
export const builtinSentences: Readonly<Record<string, string>> = {
  Error: 'A contract that was called refused: {0}',
  Panic: 'A contract that was called failed within itself, with code {0}.',
}

const words: Record<string, readonly string[]> = {
  status: leaseStatuses,
  reason: closeReasons,
  role: roles,
  case: caseStatuses,
  proposal: proposalStates,
}

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
