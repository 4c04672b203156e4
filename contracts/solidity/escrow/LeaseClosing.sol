// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Accrual} from "./Accrual.sol";
import {AgreementFields} from "./AgreementFields.sol";
import {Agreement, CloseReason, LeaseStatus} from "./EscrowTypes.sol";
import {LeaseBook} from "./LeaseBook.sol";
import {LeaseWord} from "./LeaseWord.sol";

/// @title Leases are ended by whoever may, and pay what has accrued
abstract contract LeaseClosing is LeaseBook {
    using AgreementFields for Agreement;

    /// @notice Ends a lease: by the tenant or its operator at any time, by the provider (free of charge once a notice ran
    /// out), by anyone once the funds are used up or a notice ran out. Pays what has accrued; the rest is the tenant's again.
    function close(Agreement calldata a) external {
        (uint256 refund, uint256 indexerFee) = _close(a, _live(a));
        _creditRest(a, refund, indexerFee);
    }

    /// @notice Ends several leases; those that have ended already are passed over.
    /// @return closed how many this call ended
    function closeBatch(Agreement[] calldata agreements) external returns (uint256 closed) {
        // A batch is mostly one tenant's, found by one indexer.
        Tally memory tenant;
        Tally memory indexer;
        for (uint256 i; i < agreements.length; ++i) {
            Agreement calldata a = agreements[i];
            bytes32 leaseId = leaseIdOf(a.rawTenant(), a.salt);
            LeaseWord word = _leases[leaseId];
            if (word.status() == LeaseStatus.Closed) continue;
            if (msg.sender == a.rawProvider()) {
                // What it owes for breaking off is taken from its balance, and that may be among what was held back.
                _write(tenant);
                _write(indexer);
            }
            (uint256 refund, uint256 indexerFee) = _close(a, _liveOf(a, leaseId, word));
            _creditLater(tenant, _key(a.rawTenant(), a.rawToken()), refund);
            _creditLater(indexer, _earnedKey(a.rawIndexer(), a.rawToken()), indexerFee);
            ++closed;
        }
        _write(tenant);
        _write(indexer);
    }

    /// @notice Ends a lease at an amount that both sides signed, between what was drawn and what has accrued.
    /// @param amount everything the lease pays from first to last, fees included, token base units
    /// @param until unix seconds after which it no longer counts: the lease has earned more since, and who signed first would be held to it
    function settle(
        Agreement calldata a,
        uint96 amount,
        uint40 until,
        bytes calldata tenantSig,
        bytes calldata providerSig
    ) external {
        if (block.timestamp > until) {
            revert SettlementExpired(until, block.timestamp);
        }
        Live memory live = _live(a);
        bytes32 digest = _digest(
            _domainSeparatorV4(), keccak256(abi.encode(SETTLEMENT_TYPEHASH, live.leaseId, amount, until))
        );
        _requireParty(a.rawTenant(), digest, tenantSig);
        _requireParty(a.rawProvider(), digest, providerSig);
        uint256 earned = _accrued(a, live);
        if (amount < live.paid || amount > earned) {
            revert SettlementOutOfRange(amount, live.paid, earned);
        }
        (uint256 refund, uint256 indexerFee) = _finish(a, live, amount, 0, CloseReason.Settled);
        _creditRest(a, refund, indexerFee);
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    /// Ends a lease by whoever calls; what tenant and indexer have of it is the caller's to credit.
    function _close(Agreement calldata a, Live memory live)
        private
        returns (uint256 refund, uint256 indexerFee)
    {
        CloseReason reason;
        uint256 penalty;
        uint256 noticeEndsAt = live.noticeEndsAt;
        if (block.timestamp >= live.end) {
            reason = CloseReason.FundsEnded;
        } else if (msg.sender == a.rawTenant() || _isOperator(a.rawTenant(), msg.sender, a.rawToken())) {
            reason = CloseReason.Tenant;
        } else if (noticeEndsAt != 0 && block.timestamp >= noticeEndsAt) {
            reason = CloseReason.ProviderNotice;
        } else if (msg.sender == a.rawProvider()) {
            reason = CloseReason.ProviderBreak;
            penalty = _breakPenalty(a, live);
        } else {
            revert LeaseStillFunded(live.leaseId, uint40(live.end));
        }
        return _finish(a, live, _accrued(a, live), penalty, reason);
    }

    function _finish(
        Agreement calldata a,
        Live memory live,
        uint256 earned,
        uint256 penalty,
        CloseReason reason
    ) private returns (uint256 refund, uint256 indexerFee) {
        uint256 paid = live.paid;
        // A credit that came after a withdrawal cannot take back what was paid.
        if (earned < paid) earned = paid;
        if (penalty != 0) (earned, refund) = _collectPenalty(a, live.leaseId, earned, paid, penalty);
        _leases[live.leaseId] = live.word.withStatus(LeaseStatus.Closed);
        if (live.word.byOperator()) _releaseOperator(a, live.leaseId);
        uint256 toProvider;
        uint256 treasuryFee;
        (toProvider, indexerFee, treasuryFee) = _payOut(a, live, paid, earned);
        unchecked {
            // A lease earns at most its total, and a penalty is at most what its notice would have cost.
            refund += live.total - earned;
        }
        emit LeaseClosed(
            live.leaseId, a.rawTenant(), a.rawProvider(), toProvider, indexerFee + treasuryFee, refund, reason
        );
    }

    function _creditRest(Agreement calldata a, uint256 refund, uint256 indexerFee) private {
        _credit(a.rawTenant(), a.rawToken(), refund);
        _creditEarned(a.rawIndexer(), a.rawToken(), indexerFee);
    }

    /// Takes a penalty first from pay that is still owed, then from what the provider may spend, as far as they go. Earnings with a payout
    /// address stay out of it: a thief of the working key could lease from itself and break off.
    function _collectPenalty(
        Agreement calldata a,
        bytes32 leaseId,
        uint256 earned,
        uint256 paid,
        uint256 penalty
    ) private returns (uint256 earnedAfter, uint256 fromBalance) {
        uint256 fromPay = earned - paid < penalty ? earned - paid : penalty;
        fromBalance = _debitUpTo(a.rawProvider(), a.rawToken(), penalty - fromPay);
        emit ProviderPenalised(leaseId, a.rawProvider(), fromPay + fromBalance);
        return (earned - fromPay, fromBalance);
    }
}
