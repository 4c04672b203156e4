// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Accrual} from "./Accrual.sol";
import {AgreementFields} from "./AgreementFields.sol";
import {Agreement} from "./EscrowTypes.sol";
import {LeaseBook} from "./LeaseBook.sol";

/// @title What happens to a lease while it runs: top-ups, draws, notice, credits for outages
abstract contract LeaseRunning is LeaseBook {
    using AgreementFields for Agreement;

    /// @notice Adds to a lease's deposit from the caller's balance; whatever is left at the end goes to the tenant.
    function topUp(Agreement calldata a, uint96 amount) external {
        _topUp(a, amount, msg.sender);
    }

    /// @notice Adds to a lease's deposit from the tenant's balance, within the caller's limits as its operator.
    function topUpAsOperator(Agreement calldata a, uint96 amount) external {
        _topUpAsOperator(a, msg.sender, amount);
        _topUp(a, amount, a.tenant);
    }

    /// @notice Pays provider, indexer and treasury what has accrued, into their balances here. Anyone may call it. What breaking the lease off
    /// would cost the provider now stays in the lease until it ends: it is the provider's bond.
    function withdrawLease(Agreement calldata a) external {
        Live memory live = _live(a);
        uint256 earned = _accrued(a, live);
        uint256 bond = _breakPenalty(a, live);
        if (earned <= live.paid + bond) revert ZeroAmount();
        earned -= bond;
        (uint256 toProvider, uint256 indexerFee, uint256 treasuryFee) = _payOut(a, live, live.paid, earned);
        _creditEarned(a.rawIndexer(), a.rawToken(), indexerFee);
        live.paid = earned;
        _store(live);
        emit LeaseWithdrawn(live.leaseId, a.tenant, a.provider, toProvider, indexerFee, treasuryFee);
    }

    /// @notice Announces that the provider will end the lease once the notice period is over.
    function giveNotice(Agreement calldata a) external {
        if (msg.sender != a.provider) revert NotAuthorised(msg.sender, a.provider);
        Live memory live = _live(a);
        if (live.noticeEndsAt != 0) revert NoticeAlreadyGiven(live.leaseId, uint40(live.noticeEndsAt));
        live.noticeEndsAt = block.timestamp + live.word.noticePeriod();
        _store(live);
        emit LeaseNoticeGiven(live.leaseId, a.tenant, a.provider, uint40(live.noticeEndsAt));
    }

    /// @notice Takes outage off what a lease pays, by the provider's own signature over the outage's total so far.
    /// @param creditSeconds all unpaid seconds of this lease together; it can only grow
    function creditByProvider(Agreement calldata a, uint32 creditSeconds, bytes calldata providerSig)
        external
    {
        Live memory live = _live(a);
        bytes32 digest = _digest(
            _domainSeparatorV4(), keccak256(abi.encode(CREDIT_TYPEHASH, live.leaseId, creditSeconds))
        );
        _requireParty(a.provider, digest, providerSig);
        uint256 elapsed = _elapsed(live);
        if (creditSeconds <= live.creditSeconds || creditSeconds > elapsed) {
            revert CreditOutOfRange(creditSeconds, uint32(live.creditSeconds), elapsed);
        }
        _creditOutage(a, live, creditSeconds);
    }

    /// @notice The same, by a verdict of the checkers. It takes off as much as there is: no more than the time that has passed, and nothing
    /// where as much is off already.
    function creditByVerdict(Agreement calldata a, uint32 creditSeconds) external {
        if (msg.sender != verdicts) revert NotAuthorised(msg.sender, verdicts);
        Live memory live = _live(a);
        uint256 elapsed = _elapsed(live);
        uint256 credit = creditSeconds < elapsed ? creditSeconds : elapsed;
        if (credit > live.creditSeconds) _creditOutage(a, live, uint32(credit));
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _topUp(Agreement calldata a, uint96 amount, address payer) private {
        if (amount == 0) revert ZeroAmount();
        Live memory live = _live(a);
        // Money after the end would pay for time in which nothing was owed.
        if (block.timestamp >= live.end) revert LeaseEnded(live.leaseId, uint40(live.end));
        if (live.total + amount > type(uint96).max) {
            revert ParameterOutOfRange("amount", amount, type(uint96).max - live.total);
        }
        _debit(payer, a.token, amount);
        live.toppedUp += amount;
        _store(live);
        uint40 end = uint40(Accrual.fundedUntil(a, live.openedAt, live.total + amount, live.creditSeconds));
        emit LeaseToppedUp(live.leaseId, a.tenant, a.provider, amount, end);
    }

    /// Seconds of the lease so far, whether paid for or not.
    function _elapsed(Live memory live) private view returns (uint256) {
        return (block.timestamp < live.end ? block.timestamp : live.end) - live.openedAt;
    }

    /// While a lease runs, its money lasts as much longer; once it is over, what is credited is the tenant's again.
    function _creditOutage(Agreement calldata a, Live memory live, uint32 creditSeconds) private {
        if (block.timestamp >= live.end) _keepEnd(live);
        live.creditSeconds = creditSeconds;
        _store(live);
        emit LeaseCredited(live.leaseId, a.tenant, a.provider, creditSeconds);
    }
}
