// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Accrual} from "./Accrual.sol";
import {EscrowSignatures} from "./EscrowSignatures.sol";
import {Agreement, CloseReason, LeaseState, LeaseStatus, LeaseView} from "./EscrowTypes.sol";
import {LeaseWord, LeaseWords} from "./LeaseWord.sol";

/// @title Leases: opened by two signatures, paid by the second, ended by whoever may
abstract contract EscrowLeases is EscrowSignatures {
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

    mapping(bytes32 leaseId => LeaseWord) private _leases;
    mapping(bytes32 leaseId => Flow) private _flows;

    // ── opening ───────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Opens a lease and sets its deposit aside. Anyone may send it; each party signs, or is the sender.
    function open(Agreement calldata agreement, bytes calldata tenantSig, bytes calldata providerSig)
        external
        returns (bytes32 leaseId)
    {
        return _open(agreement, tenantSig, providerSig, _feeForNewLeases(), _domainSeparatorV4());
    }

    /// @notice Opens several leases, all or none.
    function openBatch(
        Agreement[] calldata agreements,
        bytes[] calldata tenantSigs,
        bytes[] calldata providerSigs
    ) external {
        uint256 count = agreements.length;
        if (tenantSigs.length != count) revert LengthMismatch(count, tenantSigs.length);
        if (providerSigs.length != count) revert LengthMismatch(count, providerSigs.length);
        uint256 fee = _feeForNewLeases();
        bytes32 domain = _domainSeparatorV4();
        for (uint256 i; i < count; ++i) {
            _open(agreements[i], tenantSigs[i], providerSigs[i], fee, domain);
        }
    }

    /// @notice Makes sure that no agreement with this salt can be opened in the caller's name.
    function cancel(bytes32 salt) external {
        bytes32 leaseId = leaseIdOf(msg.sender, salt);
        LeaseStatus status = _leases[leaseId].status();
        if (status != LeaseStatus.None) revert LeaseExists(leaseId, status);
        _leases[leaseId] = LeaseWords.cancelled();
        emit AgreementCancelled(leaseId, msg.sender, salt);
    }

    function _feeForNewLeases() private view returns (uint256) {
        Config memory config = _config;
        if (config.newLeasesPaused) revert NewLeasesPaused();
        return config.treasuryFeeBps;
    }

    function _open(
        Agreement calldata a,
        bytes calldata tenantSig,
        bytes calldata providerSig,
        uint256 fee,
        bytes32 domain
    ) private returns (bytes32 leaseId) {
        if (block.timestamp > a.startBy) revert AgreementExpired(a.startBy, block.timestamp);
        if (a.tenant == address(0) || a.provider == address(0)) revert ZeroAddress();
        if (a.indexer == address(0) && a.indexerFeeBps != 0) revert AgreementInvalid("indexerFeeBps");
        if (a.indexerFeeBps + fee > Accrual.BPS) revert FeesTooHigh(a.indexerFeeBps, fee);
        // A deposit that pays for less than a second would end before it began.
        if (uint256(a.deposit) * Accrual.SECONDS_PER_HOUR < a.ratePerHour) {
            revert AgreementInvalid("deposit");
        }

        leaseId = leaseIdOf(a.tenant, a.salt);
        LeaseStatus status = _leases[leaseId].status();
        if (status != LeaseStatus.None) revert LeaseExists(leaseId, status);

        bytes32 structHash = _structHash(a);
        bytes32 digest = _digest(domain, structHash);
        _requireTenant(a, digest, tenantSig);
        _requireParty(a.provider, digest, providerSig);

        _leases[leaseId] = LeaseWords.opened(structHash, block.timestamp, fee);
        _debit(a.tenant, a.token, a.deposit);
        _emitOpened(leaseId, a, fee);
    }

    /// `emit LeaseOpened(...)`, with the agreement copied whole; `_open` has read, and so checked, every field by now.
    function _emitOpened(bytes32 leaseId, Agreement calldata a, uint256 fee) private {
        uint256 end = Accrual.fundedUntil(a, block.timestamp, a.deposit, 0);
        bytes32 signature = LeaseOpened.selector;
        address tenant = a.tenant;
        address provider = a.provider;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, a, 352)
            mstore(add(free, 352), end)
            mstore(add(free, 384), fee)
            log4(free, 416, signature, leaseId, tenant, provider)
        }
    }

    // ── while it runs ─────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Adds to a lease's deposit from the caller's balance; whatever is left at the end goes to the tenant.
    function topUp(Agreement calldata agreement, uint96 amount) external {
        _topUp(agreement, amount, msg.sender);
    }

    /// @notice Adds to a lease's deposit from the tenant's balance, within the caller's limits as its operator.
    function topUpAsOperator(Agreement calldata agreement, uint96 amount) external {
        _spendAsOperator(agreement.tenant, msg.sender, agreement.token, agreement.ratePerHour, amount);
        _topUp(agreement, amount, agreement.tenant);
    }

    /// @notice Pays provider, indexer and treasury what has accrued, into their balances here. Anyone may call it.
    function withdrawLease(Agreement calldata agreement) external {
        Live memory live = _live(agreement);
        uint256 earned = _accrued(agreement, live);
        if (earned <= live.paid) revert ZeroAmount();
        (uint256 toProvider, uint256 indexerFee, uint256 treasuryFee) =
            _pay(agreement, live, live.paid, earned);
        live.paid = earned;
        _store(live);
        emit LeaseWithdrawn(
            live.leaseId, agreement.tenant, agreement.provider, toProvider, indexerFee, treasuryFee
        );
    }

    /// @notice Announces that the provider will end the lease once the notice period is over.
    function giveNotice(Agreement calldata agreement) external {
        if (msg.sender != agreement.provider) revert NotAuthorised(msg.sender, agreement.provider);
        Live memory live = _live(agreement);
        if (live.noticeEndsAt != 0) revert NoticeAlreadyGiven(live.leaseId, uint40(live.noticeEndsAt));
        live.noticeEndsAt = block.timestamp + _config.noticePeriod;
        _store(live);
        emit LeaseNoticeGiven(live.leaseId, agreement.tenant, agreement.provider, uint40(live.noticeEndsAt));
    }

    /// @notice Takes outage off what a lease pays, by the provider's own signature over the outage's total so far.
    /// @param creditSeconds all unpaid seconds of this lease together; it can only grow
    function creditByProvider(Agreement calldata agreement, uint32 creditSeconds, bytes calldata providerSig)
        external
    {
        Live memory live = _live(agreement);
        bytes32 digest = _digest(
            _domainSeparatorV4(), keccak256(abi.encode(CREDIT_TYPEHASH, live.leaseId, creditSeconds))
        );
        _requireParty(agreement.provider, digest, providerSig);
        _creditOutage(agreement, live, creditSeconds);
    }

    /// @notice The same, by a verdict of the checkers.
    function creditByVerdict(Agreement calldata agreement, uint32 creditSeconds) external {
        if (msg.sender != verdicts) revert NotAuthorised(msg.sender, verdicts);
        _creditOutage(agreement, _live(agreement), creditSeconds);
    }

    // ── ending ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @notice Ends a lease: by the tenant or its operator at any time, by the provider (free of charge once a notice ran
    /// out), by anyone once the funds are used up or a notice ran out. Pays what has accrued; the rest is the tenant's again.
    function close(Agreement calldata agreement) external {
        _close(agreement, _live(agreement));
    }

    /// @notice Ends several leases; those that have ended already are passed over.
    /// @return closed how many this call ended
    function closeBatch(Agreement[] calldata agreements) external returns (uint256 closed) {
        for (uint256 i; i < agreements.length; ++i) {
            Agreement calldata a = agreements[i];
            bytes32 leaseId = leaseIdOf(a.tenant, a.salt);
            LeaseWord word = _leases[leaseId];
            if (word.status() == LeaseStatus.Closed) continue;
            _close(a, _liveOf(a, leaseId, word));
            ++closed;
        }
    }

    /// @notice Ends a lease at an amount that both sides signed, between what was drawn and what has accrued.
    /// @param amount everything the lease pays from first to last, fees included, token base units
    function settle(
        Agreement calldata agreement,
        uint96 amount,
        bytes calldata tenantSig,
        bytes calldata providerSig
    ) external {
        Live memory live = _live(agreement);
        bytes32 digest =
            _digest(_domainSeparatorV4(), keccak256(abi.encode(SETTLEMENT_TYPEHASH, live.leaseId, amount)));
        _requireParty(agreement.tenant, digest, tenantSig);
        _requireParty(agreement.provider, digest, providerSig);
        uint256 earned = _accrued(agreement, live);
        if (amount < live.paid || amount > earned) {
            revert SettlementOutOfRange(amount, live.paid, earned);
        }
        _finish(agreement, live, amount, 0, CloseReason.Settled);
    }

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
            toppedUp: flow.toppedUp,
            paid: flow.paid,
            creditSeconds: flow.creditSeconds,
            noticeEndsAt: flow.noticeEndsAt
        });
    }

    /// @notice A live lease with the figures of this moment.
    function leaseView(Agreement calldata agreement) external view returns (LeaseView memory) {
        Live memory live = _live(agreement);
        return LeaseView({
            leaseId: live.leaseId,
            status: live.word.status(),
            openedAt: uint40(live.openedAt),
            fundedUntil: uint40(live.end),
            noticeEndsAt: uint40(live.noticeEndsAt),
            treasuryFeeBps: uint16(live.word.treasuryFeeBps()),
            creditSeconds: uint32(live.creditSeconds),
            deposit: live.total,
            accrued: _accrued(agreement, live),
            paid: live.paid
        });
    }

    function accrued(Agreement calldata agreement) external view returns (uint256) {
        return _accrued(agreement, _live(agreement));
    }

    function fundedUntil(Agreement calldata agreement) external view returns (uint40) {
        return uint40(_live(agreement).end);
    }

    // ── inside ────────────────────────────────────────────────────────────────────────────────────────────────

    function _live(Agreement calldata a) private view returns (Live memory) {
        bytes32 leaseId = leaseIdOf(a.tenant, a.salt);
        return _liveOf(a, leaseId, _leases[leaseId]);
    }

    function _liveOf(Agreement calldata a, bytes32 leaseId, LeaseWord word)
        private
        view
        returns (Live memory live)
    {
        if (word.status() != LeaseStatus.Open) revert LeaseNotOpen(leaseId, word.status());
        if (!word.commitsTo(_structHash(a))) revert AgreementMismatch(leaseId);
        live.leaseId = leaseId;
        live.word = word;
        live.openedAt = word.openedAt();
        live.total = a.deposit;
        if (word.hasFlow()) {
            Flow storage flow = _flows[leaseId];
            live.toppedUp = flow.toppedUp;
            live.paid = flow.paid;
            live.creditSeconds = flow.creditSeconds;
            live.noticeEndsAt = flow.noticeEndsAt;
            live.total += live.toppedUp;
        }
        live.end = Accrual.fundedUntil(a, live.openedAt, live.total, live.creditSeconds);
    }

    function _store(Live memory live) private {
        _flows[live.leaseId] = Flow({
            toppedUp: uint96(live.toppedUp),
            paid: uint96(live.paid),
            creditSeconds: uint32(live.creditSeconds),
            noticeEndsAt: uint32(live.noticeEndsAt)
        });
        if (!live.word.hasFlow()) _leases[live.leaseId] = live.word.withFlow();
    }

    function _accrued(Agreement calldata a, Live memory live) private view returns (uint256) {
        return Accrual.accrued(a, live.openedAt, live.total, live.creditSeconds, live.end, block.timestamp);
    }

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

    function _creditOutage(Agreement calldata a, Live memory live, uint32 creditSeconds) private {
        uint256 elapsed = (block.timestamp < live.end ? block.timestamp : live.end) - live.openedAt;
        if (creditSeconds <= live.creditSeconds || creditSeconds > elapsed) {
            revert CreditOutOfRange(creditSeconds, uint32(live.creditSeconds), elapsed);
        }
        live.creditSeconds = creditSeconds;
        _store(live);
        emit LeaseCredited(live.leaseId, a.tenant, a.provider, creditSeconds);
    }

    function _close(Agreement calldata a, Live memory live) private {
        CloseReason reason;
        uint256 penalty;
        uint256 noticeEndsAt = live.noticeEndsAt;
        if (block.timestamp >= live.end) {
            reason = CloseReason.FundsEnded;
        } else if (msg.sender == a.tenant || _isOperator(a.tenant, msg.sender, a.token)) {
            reason = CloseReason.Tenant;
        } else if (noticeEndsAt != 0 && block.timestamp >= noticeEndsAt) {
            reason = CloseReason.ProviderNotice;
        } else if (msg.sender == a.provider) {
            reason = CloseReason.ProviderBreak;
            penalty = _breakPenalty(a, live);
        } else {
            revert LeaseStillFunded(live.leaseId, uint40(live.end));
        }
        _finish(a, live, _accrued(a, live), penalty, reason);
    }

    /// The price of the notice that the provider did not keep.
    function _breakPenalty(Agreement calldata a, Live memory live) private view returns (uint256) {
        uint256 missing = live.noticeEndsAt == 0 ? _config.noticePeriod : live.noticeEndsAt - block.timestamp;
        uint256 left = live.end - block.timestamp;
        if (left < missing) missing = left;
        return (uint256(a.ratePerHour) * missing) / Accrual.SECONDS_PER_HOUR;
    }

    function _finish(
        Agreement calldata a,
        Live memory live,
        uint256 earned,
        uint256 penalty,
        CloseReason reason
    ) private {
        uint256 paid = live.paid;
        // A credit that came after a withdrawal cannot take back what was paid.
        if (earned < paid) earned = paid;
        uint256 refund;
        if (penalty != 0) (earned, refund) = _collectPenalty(a, live.leaseId, earned, paid, penalty);
        _leases[live.leaseId] = live.word.withStatus(LeaseStatus.Closed);
        (uint256 toProvider, uint256 indexerFee, uint256 treasuryFee) = _pay(a, live, paid, earned);
        refund += live.total - earned;
        _credit(a.tenant, a.token, refund);
        emit LeaseClosed(
            live.leaseId, a.tenant, a.provider, toProvider, indexerFee + treasuryFee, refund, reason
        );
    }

    /// Takes a penalty first from pay that is still owed, then from the provider's balance, as far as they go.
    function _collectPenalty(
        Agreement calldata a,
        bytes32 leaseId,
        uint256 earned,
        uint256 paid,
        uint256 penalty
    ) private returns (uint256 earnedAfter, uint256 fromBalance) {
        uint256 fromPay = earned - paid < penalty ? earned - paid : penalty;
        uint256 available = balanceOf(a.provider, a.token);
        fromBalance = penalty - fromPay;
        if (fromBalance > available) fromBalance = available;
        _debit(a.provider, a.token, fromBalance);
        emit ProviderPenalised(leaseId, a.provider, fromPay + fromBalance);
        return (earned - fromPay, fromBalance);
    }

    function _pay(Agreement calldata a, Live memory live, uint256 from, uint256 to)
        private
        returns (uint256 toProvider, uint256 indexerFee, uint256 treasuryFee)
    {
        // Both fees together are exact however often a lease is drawn, so a provider gains nothing by many small draws; only how a
        // single unit falls between indexer and treasury depends on it.
        uint256 treasuryBps = live.word.treasuryFeeBps();
        uint256 fees = Accrual.share(from, to, a.indexerFeeBps + treasuryBps);
        indexerFee = Accrual.share(from, to, a.indexerFeeBps);
        if (indexerFee > fees) indexerFee = fees;
        treasuryFee = fees - indexerFee;
        toProvider = to - from - fees;
        _credit(a.provider, a.token, toProvider);
        _credit(a.indexer, a.token, indexerFee);
        _owe(a.token, treasuryFee);
    }
}
