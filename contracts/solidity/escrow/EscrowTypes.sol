// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @notice The terms of one lease. Both parties sign exactly this (EIP-712).
struct Agreement {
    address tenant;
    address provider;
    /// Zero when no indexer helped.
    address indexer;
    address token;
    /// Token base units per hour, for everything in the lease.
    uint96 ratePerHour;
    /// Token base units set aside at opening.
    uint96 deposit;
    /// Seconds after opening at which the lease ends by itself; 0 means no limit but the deposit.
    uint32 maxDuration;
    uint16 indexerFeeBps;
    bytes32 termsHash;
    bytes32 salt;
    /// Unix seconds; past it the agreement cannot be opened.
    uint40 startBy;
}

/// @notice Where a lease stands on chain.
enum LeaseStatus {
    None,
    Open,
    Closed,
    Cancelled
}

/// @notice Why a lease ended.
enum CloseReason {
    /// The tenant, or its operator, ended it.
    Tenant,
    /// The provider gave notice and the notice ran out.
    ProviderNotice,
    /// The provider left before a full notice, and paid for it.
    ProviderBreak,
    /// The deposit or the longest duration was used up.
    FundsEnded,
    /// Both sides signed a final amount.
    Settled
}

/// @notice Everything the chain knows of a lease without its agreement.
struct LeaseState {
    LeaseStatus status;
    /// Unix seconds.
    uint40 openedAt;
    /// Fixed at opening.
    uint16 treasuryFeeBps;
    /// Seconds that the provider owes before it leaves; fixed at opening.
    uint32 noticePeriod;
    /// Added to the agreement's deposit since opening, token base units.
    uint96 toppedUp;
    /// Drawn from the deposit so far, fees included, token base units.
    uint96 paid;
    /// Seconds of outage that are not paid.
    uint32 creditSeconds;
    /// Unix seconds at which the provider's notice ends; 0 when it gave none.
    uint40 noticeEndsAt;
    /// Unix seconds at which the lease had ended when a credit came only afterwards; 0 when none did.
    uint40 endedAt;
}

/// @notice A lease with the figures that follow from its agreement and the clock.
struct LeaseView {
    bytes32 leaseId;
    LeaseStatus status;
    uint40 openedAt;
    uint40 fundedUntil;
    uint40 noticeEndsAt;
    uint16 treasuryFeeBps;
    uint32 creditSeconds;
    /// Deposit and top-ups, token base units.
    uint256 deposit;
    /// Earned so far by provider, indexer and treasury together, token base units.
    uint256 accrued;
    /// Part of `accrued` that was already drawn.
    uint256 paid;
}

/// @notice What an operator may still do in a tenant's name, in one token.
struct OperatorLimit {
    /// Highest sum of the rates of the leases that it opened and that have not been closed, token base units per hour.
    uint96 ratePerHourCap;
    /// Deposits that it may still commit, token base units.
    uint96 remaining;
    /// Unix seconds.
    uint40 until;
    /// What counts against `ratePerHourCap` now; new limits leave it as it is.
    uint96 openRatePerHour;
}

/// @notice Collateral that a tenant set aside for vouchers to one provider in one token.
struct Channel {
    /// Not yet redeemed, token base units.
    uint96 collateral;
    /// Cumulative total redeemed so far; vouchers are worth what exceeds it.
    uint96 redeemed;
    /// Unix seconds from which the tenant may take the collateral back; 0 when it has not asked.
    uint40 unlockAt;
    /// Fixed when the channel was first funded.
    uint16 treasuryFeeBps;
}

/// @notice A growing total that a tenant owes a provider; `r` and `vs` are its ERC-2098 signature.
struct Voucher {
    address tenant;
    uint96 total;
    bytes32 r;
    bytes32 vs;
}
