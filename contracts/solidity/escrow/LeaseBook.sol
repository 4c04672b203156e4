// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Accrual} from "./Accrual.sol";
import {AgreementFields} from "./AgreementFields.sol";
import {EscrowSignatures} from "./EscrowSignatures.sol";
import {Agreement, LeaseState, LeaseStatus, LeaseView} from "./EscrowTypes.sol";
import {LeaseWord} from "./LeaseWord.sol";

/// @title The book of leases: what the chain keeps of each, and what follows from it and the clock
abstract contract LeaseBook is EscrowSignatures {
    using AgreementFields for Agreement;

    /// What changes after opening; most leases never have one.
    struct Flow {
        uint96 toppedUp;
        uint96 paid;
        uint32 creditSeconds;
        uint32 noticeEndsAt;
    }

    /// One lease while a call works on it.
    struct Live {
        bytes32 leaseId;
        LeaseWord word;
        uint256 openedAt;
        /// Deposit and top-ups.
        uint256 total;
        uint256 end;
        uint256 toppedUp;
        uint256 paid;
        uint256 creditSeconds;
        uint256 noticeEndsAt;
    }

    mapping(bytes32 leaseId => LeaseWord) internal _leases;
    mapping(bytes32 leaseId => Flow) private _flows;
    /// When a lease had ended that was credited only afterwards.
    mapping(bytes32 leaseId => uint256 end) private _endedAt;
    /// Who opened a live lease in its tenant's name, where the tenant did not itself.
    mapping(bytes32 leaseId => address operator) private _operatorOf;

    // ── reading ───────────────────────────────────────────────────────────────────────────────────────────────

    function leaseIdOf(address tenant, bytes32 salt) public pure returns (bytes32 leaseId) {
        assembly ("memory-safe") {
            mstore(0x00, tenant)
            mstore(0x20, salt)
            leaseId := keccak256(0x00, 0x40)
        }
    }

    function lease(bytes32 leaseId) external view returns (LeaseState memory state) {
        LeaseWord word = _leases[leaseId];
        Flow memory flow = _flows[leaseId];
        state = LeaseState({
            status: word.status(),
            openedAt: uint40(word.openedAt()),
            treasuryFeeBps: uint16(word.treasuryFeeBps()),
            noticePeriod: uint32(word.noticePeriod()),
            toppedUp: flow.toppedUp,
            paid: flow.paid,
            creditSeconds: flow.creditSeconds,
            noticeEndsAt: flow.noticeEndsAt,
            endedAt: uint40(_endedAt[leaseId])
        });
    }

    /// @notice A live lease with the figures of this moment.
    function leaseView(Agreement calldata a) external view returns (LeaseView memory) {
        Live memory live = _live(a);
        return LeaseView({
            leaseId: live.leaseId,
            status: live.word.status(),
            openedAt: uint40(live.openedAt),
            fundedUntil: uint40(live.end),
            noticeEndsAt: uint40(live.noticeEndsAt),
            treasuryFeeBps: uint16(live.word.treasuryFeeBps()),
            creditSeconds: uint32(live.creditSeconds),
            deposit: live.total,
            accrued: _accrued(a, live),
            paid: live.paid
        });
    }

    function accrued(Agreement calldata a) external view returns (uint256) {
        return _accrued(a, _live(a));
    }

    function fundedUntil(Agreement calldata a) external view returns (uint40) {
        return uint40(_live(a).end);
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _live(Agreement calldata a) internal view returns (Live memory) {
        bytes32 leaseId = leaseIdOf(a.rawTenant(), a.salt);
        return _liveOf(a, leaseId, _leases[leaseId]);
    }

    function _liveOf(Agreement calldata a, bytes32 leaseId, LeaseWord word)
        internal
        view
        returns (Live memory live)
    {
        if (word.status() != LeaseStatus.Open) revert LeaseNotOpen(leaseId, word.status());
        if (!word.commitsTo(a.structHash())) revert AgreementMismatch(leaseId);
        live.leaseId = leaseId;
        live.word = word;
        live.openedAt = word.openedAt();
        live.total = a.rawDeposit();
        // Most leases never have one, and their closing pays for no look at what it would say.
        if (!word.hasFlow()) {
            live.end = Accrual.fundedUntil(a, live.openedAt, live.total, 0);
            return live;
        }
        Flow storage flow = _flows[leaseId];
        live.toppedUp = flow.toppedUp;
        live.paid = flow.paid;
        live.creditSeconds = flow.creditSeconds;
        live.noticeEndsAt = flow.noticeEndsAt;
        live.total += live.toppedUp;
        live.end = word.hasEnded()
            ? _endedAt[leaseId]
            : Accrual.fundedUntil(a, live.openedAt, live.total, live.creditSeconds);
    }

    function _store(Live memory live) internal {
        _flows[live.leaseId] = Flow({
            toppedUp: uint96(live.toppedUp),
            paid: uint96(live.paid),
            creditSeconds: uint32(live.creditSeconds),
            noticeEndsAt: uint32(live.noticeEndsAt)
        });
        if (!live.word.hasFlow()) _leases[live.leaseId] = live.word.withFlow();
    }

    /// Keeps the end of a lease that is over where it is: no time can be had any more for what is taken off its price.
    function _keepEnd(Live memory live) internal {
        if (live.word.hasEnded()) return;
        live.word = live.word.withEnd();
        _leases[live.leaseId] = live.word;
        _endedAt[live.leaseId] = live.end;
    }

    function _openedBy(Agreement calldata a, address operator, bytes32 leaseId, LeaseWord word)
        internal
        returns (LeaseWord)
    {
        _openAsOperator(a, operator);
        _operatorOf[leaseId] = operator;
        return word.withOperator();
    }

    /// A lease that ended no longer counts against the operator who opened it.
    function _releaseOperator(Agreement calldata a, bytes32 leaseId) internal {
        _endAsOperator(a, _operatorOf[leaseId]);
        delete _operatorOf[leaseId];
    }

    function _accrued(Agreement calldata a, Live memory live) internal view returns (uint256) {
        return Accrual.accrued(a, live.openedAt, live.total, live.creditSeconds, live.end, block.timestamp);
    }

    /// The price of the notice that a provider does not keep which leaves now.
    function _breakPenalty(Agreement calldata a, Live memory live) internal view returns (uint256) {
        uint256 now_ = block.timestamp;
        if (now_ >= live.end) return 0;
        uint256 missing = live.word.noticePeriod();
        if (live.noticeEndsAt != 0) missing = live.noticeEndsAt > now_ ? live.noticeEndsAt - now_ : 0;
        uint256 left = live.end - now_;
        if (left < missing) missing = left;
        return (a.rawRatePerHour() * missing) / Accrual.SECONDS_PER_HOUR;
    }

    /// Pays provider and treasury their shares of a draw; the indexer's is the caller's to credit.
    function _payOut(Agreement calldata a, Live memory live, uint256 from, uint256 to)
        internal
        returns (uint256 toProvider, uint256 indexerFee, uint256 treasuryFee)
    {
        // Both fees together are exact however often a lease is drawn, so a provider gains nothing by many small draws; only how a
        // single unit falls between indexer and treasury depends on it.
        // Nothing here can overflow: amounts have at most 96 bits, the fees together are at most everything, and `from` is at most `to`.
        unchecked {
            uint256 indexerBps = a.rawIndexerFeeBps();
            uint256 fees = Accrual.share(from, to, indexerBps + live.word.treasuryFeeBps());
            indexerFee = Accrual.share(from, to, indexerBps);
            if (indexerFee > fees) indexerFee = fees;
            treasuryFee = fees - indexerFee;
            toProvider = to - from - fees;
        }
        _creditEarned(a.rawProvider(), a.rawToken(), toProvider);
        _owe(a.rawToken(), treasuryFee);
    }
}
