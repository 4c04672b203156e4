// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {
    Agreement,
    Channel,
    CloseReason,
    LeaseState,
    LeaseStatus,
    LeaseView,
    OperatorLimit,
    Voucher
} from "./EscrowTypes.sol";

/// @title The tenants' money, the leases it pays for, and the vouchers drawn on it
/// @notice A lease costs one storage slot: the escrow keeps a commitment to the agreement and its caller brings the
/// agreement along. The `LeaseOpened` event carries it for whoever lost theirs.
interface IEscrow {
    event Deposited(address indexed account, address indexed token, uint256 amount, address from);
    event Withdrawn(address indexed account, address indexed token, uint256 amount, address to);
    event LeaseOpened(
        bytes32 indexed leaseId,
        address indexed tenant,
        address indexed provider,
        Agreement agreement,
        uint40 fundedUntil,
        uint16 treasuryFeeBps
    );
    event LeaseToppedUp(
        bytes32 indexed leaseId,
        address indexed tenant,
        address indexed provider,
        uint96 amount,
        uint40 fundedUntil
    );
    event LeaseWithdrawn(
        bytes32 indexed leaseId,
        address indexed tenant,
        address indexed provider,
        uint256 paidToProvider,
        uint256 indexerFee,
        uint256 treasuryFee
    );
    event LeaseNoticeGiven(
        bytes32 indexed leaseId, address indexed tenant, address indexed provider, uint40 noticeEndsAt
    );
    event LeaseCredited(
        bytes32 indexed leaseId, address indexed tenant, address indexed provider, uint32 creditSeconds
    );
    /// @param paidToProvider what this closing paid the provider, after fees
    /// @param fees what this closing paid indexer and treasury together
    /// @param refunded what went back to the tenant's balance, a break's penalty included
    event LeaseClosed(
        bytes32 indexed leaseId,
        address indexed tenant,
        address indexed provider,
        uint256 paidToProvider,
        uint256 fees,
        uint256 refunded,
        CloseReason reason
    );
    event ProviderPenalised(bytes32 indexed leaseId, address indexed provider, uint256 penalty);
    event AgreementCancelled(bytes32 indexed leaseId, address indexed tenant, bytes32 salt);
    event OperatorSet(
        address indexed tenant,
        address indexed operator,
        address indexed token,
        uint96 ratePerHourCap,
        uint96 totalCap,
        uint40 until
    );
    event ChannelFunded(
        address indexed tenant,
        address indexed provider,
        address indexed token,
        uint96 amount,
        uint96 collateral
    );
    event ChannelSignerSet(
        address indexed tenant, address indexed provider, address indexed token, address signer
    );
    event ChannelUnlockRequested(
        address indexed tenant, address indexed provider, address indexed token, uint40 unlockAt
    );
    event ChannelUnlocked(
        address indexed tenant, address indexed provider, address indexed token, uint96 returned
    );
    /// @param total the cumulative total that is redeemed now; what this voucher paid is its growth
    event VoucherRedeemed(address indexed tenant, address indexed provider, address token, uint96 total);
    event TokenAllowed(address indexed token, bool allowed);
    event FeesCollected(address indexed token, address indexed treasury, uint256 amount);
    event TreasurySet(address treasury, uint16 treasuryFeeBps);
    event NoticePeriodSet(uint32 seconds_);
    event GuardianSet(address guardian);
    event VerdictsSet(address verdicts);
    event NewLeasesPausedSet(bool paused, address by);

    /// @notice Thrown when a token is not on the list that governance keeps.
    error TokenNotAllowed(address token);
    /// @notice Thrown when a token credits less, or more, than it was told to move.
    error TokenMovedOtherAmount(address token, uint256 expected, uint256 received);
    /// @notice Thrown when an account holds less than a call needs.
    error InsufficientBalance(address account, address token, uint256 needed, uint256 available);
    /// @notice Thrown when somebody else withdraws for an account that registered no payout address.
    error PayoutNotSet(address account);
    error ZeroAmount();
    error ZeroAddress();
    /// @notice Thrown when a lease is opened while the guardian holds new leases back.
    error NewLeasesPaused();
    /// @notice Thrown when an agreement is opened after its `startBy`.
    error AgreementExpired(uint40 startBy, uint256 nowSeconds);
    /// @notice Thrown when an agreement's fields contradict each other.
    error AgreementInvalid(string field);
    /// @notice Thrown when indexer and treasury together would take more than everything.
    error FeesTooHigh(uint256 indexerFeeBps, uint256 treasuryFeeBps);
    /// @notice Thrown when a (tenant, salt) was used before.
    error LeaseExists(bytes32 leaseId, LeaseStatus status);
    /// @notice Thrown when a lease is not open, or the agreement is not the one it was opened with.
    error LeaseNotOpen(bytes32 leaseId, LeaseStatus status);
    error AgreementMismatch(bytes32 leaseId);
    /// @notice Thrown when a lease's funds or its longest duration are used up.
    error LeaseEnded(bytes32 leaseId, uint40 fundedUntil);
    /// @notice Thrown when someone else than the parties closes a lease that is still funded.
    error LeaseStillFunded(bytes32 leaseId, uint40 fundedUntil);
    /// @notice Thrown when a signature is neither the party's nor its operator's.
    error SignatureInvalid(address expectedSigner, address recovered);
    error NotAuthorised(address caller, address expected);
    error OperatorExpired(address operator, uint40 until);
    /// @param needed what would be open at one time in the operator's name, token base units per hour
    error OperatorRateExceeded(address operator, uint256 needed, uint96 cap);
    error OperatorTotalExceeded(address operator, uint256 needed, uint96 remaining);
    /// @notice Thrown when a settlement is below what was drawn already or above what has accrued.
    error SettlementOutOfRange(uint256 amount, uint256 paid, uint256 accrued);
    /// @notice Thrown when a settlement comes after the instant up to which its signers meant it.
    error SettlementExpired(uint40 until, uint256 nowSeconds);
    error NoticeAlreadyGiven(bytes32 leaseId, uint40 noticeEndsAt);
    /// @notice Thrown when a credit does not exceed the one that stands, or exceeds the time that has passed.
    error CreditOutOfRange(uint32 creditSeconds, uint32 standing, uint256 elapsed);
    error UnlockNotRequested();
    error UnlockTooEarly(uint40 unlockAt, uint256 nowSeconds);
    error LengthMismatch(uint256 a, uint256 b);
    error ParameterOutOfRange(string name, uint256 value, uint256 max);

    function deposit(address token, uint256 amount) external;
    function depositFor(address account, address token, uint256 amount) external;
    function depositWithPermit(address token, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external;
    function depositWithAuthorization(
        address from,
        address token,
        uint256 amount,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
    function withdraw(address token, uint256 amount) external;
    /// @notice Moves what an account earned to the payout address that it registered, whoever calls: it is not stuck where the account's key
    /// is lost or idle. The payout address itself takes everything out.
    function withdrawFor(address account, address token) external;
    /// @notice Everything that an account has here outside leases and channels.
    function balanceOf(address account, address token) external view returns (uint256);
    /// @notice The part of `balanceOf` that leases and vouchers paid. Where a payout address is set it cannot be spent here.
    function earningsOf(address account, address token) external view returns (uint256);

    function open(Agreement calldata agreement, bytes calldata tenantSig, bytes calldata providerSig)
        external
        returns (bytes32 leaseId);
    function openBatch(
        Agreement[] calldata agreements,
        bytes[] calldata tenantSigs,
        bytes[] calldata providerSigs
    ) external;
    function openGang(
        Agreement[] calldata agreements,
        bytes calldata tenantSig,
        bytes[] calldata providerSigs
    ) external;
    function topUp(Agreement calldata agreement, uint96 amount) external;
    function topUpAsOperator(Agreement calldata agreement, uint96 amount) external;
    function withdrawLease(Agreement calldata agreement) external;
    function giveNotice(Agreement calldata agreement) external;
    function close(Agreement calldata agreement) external;
    function closeBatch(Agreement[] calldata agreements) external returns (uint256 closed);
    function settle(
        Agreement calldata agreement,
        uint96 amount,
        uint40 until,
        bytes calldata tenantSig,
        bytes calldata providerSig
    ) external;
    function creditByProvider(Agreement calldata agreement, uint32 creditSeconds, bytes calldata providerSig)
        external;
    function creditByVerdict(Agreement calldata agreement, uint32 creditSeconds) external;
    function cancel(bytes32 salt) external;

    function leaseIdOf(address tenant, bytes32 salt) external pure returns (bytes32);
    function lease(bytes32 leaseId) external view returns (LeaseState memory);
    function leaseView(Agreement calldata agreement) external view returns (LeaseView memory);
    function accrued(Agreement calldata agreement) external view returns (uint256);
    function fundedUntil(Agreement calldata agreement) external view returns (uint40);
    function hashAgreement(Agreement calldata agreement) external view returns (bytes32);

    function setOperator(
        address operator,
        address token,
        uint96 ratePerHourCap,
        uint96 totalCap,
        uint40 until
    ) external;
    function operatorLimit(address tenant, address operator, address token)
        external
        view
        returns (OperatorLimit memory);

    function fundChannel(address provider, address token, uint96 amount) external;
    function setChannelSigner(address provider, address token, address signer) external;
    function requestUnlock(address provider, address token) external;
    function unlock(address provider, address token) external;
    function redeem(address provider, address token, Voucher calldata voucher) external returns (uint96 paid);
    function redeemBatch(address provider, address token, Voucher[] calldata vouchers)
        external
        returns (uint256 paid);
    function channel(address tenant, address provider, address token) external view returns (Channel memory);
    function hashVoucher(address tenant, address provider, address token, uint96 total)
        external
        view
        returns (bytes32);

    function collectFees(address token) external;
}
