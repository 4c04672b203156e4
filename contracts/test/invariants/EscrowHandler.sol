// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {
    Agreement,
    LeaseState,
    LeaseStatus,
    OperatorLimit,
    Voucher
} from "../../solidity/escrow/EscrowTypes.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {ReenteringToken} from "../tokens/HostileTokens.sol";
import {Handler} from "./Handler.sol";

/// Tenants, providers and strangers who do whatever they can, in an honest token and in one that calls back.
abstract contract EscrowHandler is Handler {
    uint256 internal constant TENANTS = 3;
    uint256 internal constant PROVIDERS = 2;
    /// Enough to get into each other's way; more would only slow the check after every call down.
    uint256 internal constant LEASES = 24;

    Escrow public immutable escrow;
    address[2] public tokens;
    address[] public actors;
    Agreement[] internal _agreements;
    mapping(bytes32 leaseId => uint256) public openedAt;
    /// What each lease has paid to anybody but its tenant, by balances.
    mapping(bytes32 leaseId => uint256) public paidOut;
    mapping(bytes32 leaseId => uint256) public closedAt;
    /// Sent to the escrow behind its back.
    mapping(address token => uint256) public donated;
    uint256 public opened;
    mapping(bytes32 leaseId => bool) private _byOperator;
    mapping(address tenant => mapping(address token => uint256 ratePerHour)) public operatorRate;
    address private immutable _operator = vm.addr(operatorKey());
    bytes32 private constant SETTLEMENT = keccak256("Settlement(bytes32 leaseId,uint96 amount,uint40 until)");

    constructor(Escrow escrow_, address dollar, address hostile) {
        escrow = escrow_;
        tokens = [dollar, hostile];
        for (uint256 i; i < TENANTS; ++i) {
            actors.push(vm.addr(tenantKey(i)));
        }
        for (uint256 i; i < PROVIDERS; ++i) {
            actors.push(vm.addr(providerKey(i)));
        }
        actors.push(address(0x1D));
        actors.push(address(0x57));
        for (uint256 i; i < 2 * TENANTS; ++i) {
            TestDollar(tokens[i % 2]).mint(address(this), 1e12);
            TestDollar(tokens[i % 2]).approve(address(escrow_), 1e12);
            escrow_.depositFor(actors[i / 2], tokens[i % 2], 1e12);
        }
    }

    function tenantKey(uint256 i) internal pure returns (uint256) {
        return 0x7E0000 + i % TENANTS;
    }

    function providerKey(uint256 i) internal pure returns (uint256) {
        return 0x9E0000 + i % PROVIDERS;
    }

    /// Kept from the start: to work an address out from its key is slow.
    function tenantAt(uint256 i) public view returns (address) {
        return actors[i % TENANTS];
    }

    function providerAt(uint256 i) public view returns (address) {
        return actors[TENANTS + i % PROVIDERS];
    }

    function actorCount() external view returns (uint256) {
        return actors.length;
    }

    function agreementCount() external view returns (uint256) {
        return _agreements.length;
    }

    function agreementAt(uint256 i) external view returns (Agreement memory) {
        return _agreements[i];
    }

    // ── money ─────────────────────────────────────────────────────────────────────────────────────────────────

    function deposit(uint256 who, uint256 which, uint96 amount) external {
        address token = tokens[which % 2];
        amount = uint96(bound(amount, 1, 1e12));
        TestDollar(token).mint(address(this), amount);
        TestDollar(token).approve(address(escrow), amount);
        escrow.depositFor(actors[who % actors.length], token, amount);
    }

    function withdraw(uint256 who, uint256 which, uint96 amount) external {
        vm.prank(actors[who % actors.length]);
        try escrow.withdraw(tokens[which % 2], amount) {} catch {}
    }

    function donate(uint256 which, uint96 amount) external {
        address token = tokens[which % 2];
        amount = uint96(bound(amount, 0, 1e9));
        TestDollar(token).mint(address(escrow), amount);
        donated[token] += amount;
    }

    function collectFees(uint256 which) external {
        try escrow.collectFees(tokens[which % 2]) {} catch {}
    }

    /// Makes the hostile token call back in the middle of its next transfer.
    function armToken(uint256 kind, uint256 who) external {
        address actor = actors[who % actors.length];
        bytes memory data = kind % 3 == 0
            ? abi.encodeCall(escrow.withdraw, (tokens[1], type(uint256).max))
            : kind % 3 == 1
                ? abi.encodeCall(escrow.depositFor, (actor, tokens[1], 1))
                : abi.encodeCall(escrow.collectFees, (tokens[1]));
        ReenteringToken(tokens[1]).arm(address(escrow), data);
    }

    function pass(uint32 seconds_) external {
        skip(bound(seconds_, 0, 6 hours));
    }

    // ── leases ────────────────────────────────────────────────────────────────────────────────────────────────

    function open(
        uint256 t,
        uint256 p,
        uint256 which,
        uint96 rate,
        uint96 deposit_,
        uint32 maxDuration,
        uint16 fee
    ) external {
        if (_agreements.length == LEASES) return;
        Agreement memory a = Agreement({
            tenant: tenantAt(t),
            provider: providerAt(p),
            indexer: fee % 2 == 0 ? address(0x1D) : address(0),
            token: tokens[which % 2],
            ratePerHour: uint96(bound(rate, 0, 1e11)),
            deposit: uint96(bound(deposit_, 0, 1e12)),
            maxDuration: maxDuration % 3 == 0 ? uint32(bound(maxDuration, 1, 2 days)) : 0,
            indexerFeeBps: fee % 2 == 0 ? uint16(bound(fee, 0, 9000)) : 0,
            termsHash: 0,
            salt: bytes32(opened),
            startBy: uint40(time())
        });
        bytes32 digest = escrow.hashAgreement(a);
        try escrow.open(a, sign(tenantKey(t), digest), sign(providerKey(p), digest)) returns (
            bytes32 leaseId
        ) {
            ++opened;
            _agreements.push(a);
            openedAt[leaseId] = time();
        } catch {}
    }

    /// Opening again, with changed terms or the same, must never work.
    function replay(uint256 i, uint96 rate, uint256 key) external {
        if (_agreements.length == 0) return;
        Agreement memory a = _agreements[i % _agreements.length];
        a.startBy = uint40(time());
        a.ratePerHour = rate;
        bytes32 digest = escrow.hashAgreement(a);
        try escrow.open(a, sign(tenantKey(key), digest), sign(providerKey(key), digest)) {
            violated("a salt opened twice");
        } catch {}
    }

    function topUp(uint256 i, uint256 who, uint96 amount) external {
        if (_agreements.length == 0) return;
        vm.prank(actors[who % actors.length]);
        try escrow.topUp(_agreements[i % _agreements.length], uint96(bound(amount, 0, 1e11))) {} catch {}
    }

    function withdrawLease(uint256 i) external {
        if (_agreements.length == 0) return;
        Agreement memory a = _agreements[i % _agreements.length];
        uint256 before = othersHold(a);
        try escrow.withdrawLease(a) {
            countPaid(a, before);
        } catch {}
    }

    function close(uint256 i, uint256 who) external {
        if (_agreements.length == 0) return;
        Agreement memory a = _agreements[i % _agreements.length];
        address caller = actors[who % actors.length];
        uint256 end = escrow.lease(idOf(a)).status == LeaseStatus.Open ? escrow.fundedUntil(a) : 0;
        uint256 noticeEndsAt = escrow.lease(idOf(a)).noticeEndsAt;
        uint256 before = othersHold(a);
        vm.prank(caller);
        try escrow.close(a) {
            bool may = caller == a.tenant || caller == a.provider || time() >= end
                || (noticeEndsAt != 0 && time() >= noticeEndsAt);
            if (!may) violated("closed by somebody who may not");
            countPaid(a, before);
            countEnded(a);
            requireOperatorRate(a);
        } catch {}
    }

    function giveNotice(uint256 i) external {
        if (_agreements.length == 0) return;
        Agreement memory a = _agreements[i % _agreements.length];
        vm.prank(a.provider);
        try escrow.giveNotice(a) {} catch {}
    }

    function credit(uint256 i, uint32 seconds_, bool byProvider) external {
        if (_agreements.length == 0) return;
        Agreement memory a = _agreements[i % _agreements.length];
        vm.prank(byProvider ? a.provider : a.tenant);
        try escrow.creditByProvider(a, seconds_ % 10_000, "") {
            if (!byProvider) violated("a tenant credited itself");
        } catch {}
    }

    function settle(uint256 i, uint96 amount, uint32 lasts, uint256 p) external {
        if (_agreements.length == 0) return;
        Agreement memory a = _agreements[i % _agreements.length];
        amount = uint96(bound(amount, 0, uint256(a.deposit) + 1));
        uint40 until = uint40(time() + lasts % 3 - 1);
        bytes32 digest = keccak256(
            abi.encodePacked(
                "\x19\x01",
                escrow.domainSeparator(),
                keccak256(abi.encode(SETTLEMENT, idOf(a), amount, until))
            )
        );
        bytes memory ps = sign(providerKey(p), digest);
        uint256 before = othersHold(a);
        vm.prank(a.tenant);
        try escrow.settle(a, amount, until, "", ps) {
            if (time() > until) violated("settled too late");
            if (providerAt(p) != a.provider) violated("settled by another provider's signature");
            countPaid(a, before);
            countEnded(a);
            requireOperatorRate(a);
        } catch {}
    }

    // ── operators ─────────────────────────────────────────────────────────────────────────────────────────────

    function operatorKey() private pure returns (uint256) {
        return 0x09E7A708;
    }

    function operator() public view returns (address) {
        return _operator;
    }

    function setOperator(uint256 t, uint256 which, uint96 rateCap, uint96 totalCap, uint32 lasts) external {
        vm.prank(tenantAt(t));
        escrow.setOperator(
            operator(),
            tokens[which % 2],
            uint96(bound(rateCap, 0, 1e11)),
            uint96(bound(totalCap, 0, 1e12)),
            uint40(time() + bound(lasts, 0, 2 days))
        );
    }

    /// Signs in a tenant's name whatever it likes, within its limits and beyond them.
    function openAsOperator(uint256 t, uint256 p, uint256 which, uint96 rate, uint96 deposit_) external {
        if (_agreements.length == LEASES) return;
        Agreement memory a = Agreement({
            tenant: tenantAt(t),
            provider: providerAt(p),
            indexer: address(0),
            token: tokens[which % 2],
            ratePerHour: uint96(bound(rate, 0, 1e11)),
            deposit: uint96(bound(deposit_, 0, 1e12)),
            maxDuration: 0,
            indexerFeeBps: 0,
            termsHash: 0,
            salt: bytes32(opened),
            startBy: uint40(time())
        });
        OperatorLimit memory limit = escrow.operatorLimit(a.tenant, operator(), a.token);
        bytes32 digest = escrow.hashAgreement(a);
        try escrow.open(a, sign(operatorKey(), digest), sign(providerKey(p), digest)) returns (
            bytes32 leaseId
        ) {
            if (limit.until <= time()) violated("an operator opened after its time");
            if (a.deposit > limit.remaining) violated("an operator opened for more than it may spend");
            if (uint256(limit.openRatePerHour) + a.ratePerHour > limit.ratePerHourCap) {
                violated("an operator opened beyond its rate");
            }
            ++opened;
            _agreements.push(a);
            openedAt[leaseId] = time();
            _byOperator[leaseId] = true;
            operatorRate[a.tenant][a.token] += a.ratePerHour;
            requireOperatorRate(a);
        } catch {}
    }

    function topUpAsOperator(uint256 i, uint96 amount) external {
        if (_agreements.length == 0) return;
        Agreement memory a = _agreements[i % _agreements.length];
        OperatorLimit memory limit = escrow.operatorLimit(a.tenant, operator(), a.token);
        amount = uint96(bound(amount, 1, 1e11));
        vm.prank(operator());
        try escrow.topUpAsOperator(a, amount) {
            if (limit.until <= time()) violated("an operator topped up after its time");
            if (amount > limit.remaining) violated("an operator topped up by more than it may spend");
            if (a.ratePerHour > limit.ratePerHourCap) violated("an operator topped up beyond its rate");
        } catch {}
    }

    function countEnded(Agreement memory a) internal {
        bytes32 leaseId = idOf(a);
        closedAt[leaseId] = time();
        if (_byOperator[leaseId]) operatorRate[a.tenant][a.token] -= a.ratePerHour;
    }

    /// What counts against an operator is the sum of the rates of the leases that it opened and nobody closed. Where a call ends several, all
    /// of them are counted before this holds again.
    function requireOperatorRate(Agreement memory a) internal {
        uint96 counted = escrow.operatorLimit(a.tenant, operator(), a.token).openRatePerHour;
        if (counted != operatorRate[a.tenant][a.token]) {
            violated("an operator's rate is not that of its open leases");
        }
    }

    // ── vouchers ──────────────────────────────────────────────────────────────────────────────────────────────

    function fundChannel(uint256 t, uint256 p, uint256 which, uint96 amount) external {
        vm.prank(tenantAt(t));
        try escrow.fundChannel(providerAt(p), tokens[which % 2], uint96(bound(amount, 0, 1e11))) {} catch {}
    }

    function redeem(uint256 t, uint256 p, uint256 which, uint96 total, uint256 key) external {
        address tenant = tenantAt(t);
        address provider = providerAt(p);
        address token = tokens[which % 2];
        total = uint96(bound(total, 0, 1e12));
        (bytes32 r, bytes32 vs) =
            signShort(tenantKey(key), escrow.hashVoucher(tenant, provider, token, total));
        try escrow.redeem(provider, token, Voucher(tenant, total, r, vs)) returns (uint96 paid) {
            if (paid != 0 && !isChannelSigner(tenant, provider, token, tenantAt(key))) {
                violated("redeemed what nobody signed who may");
            }
        } catch {}
    }

    function isChannelSigner(address tenant, address provider, address token, address signer)
        internal
        view
        virtual
        returns (bool);

    function unlock(uint256 t, uint256 p, uint256 which, bool request) external {
        address tenant = tenantAt(t);
        address provider = providerAt(p);
        address token = tokens[which % 2];
        uint256 unlockAt = escrow.channel(tenant, provider, token).unlockAt;
        vm.startPrank(tenant);
        if (request) {
            try escrow.requestUnlock(provider, token) {} catch {}
        } else {
            try escrow.unlock(provider, token) {
                if (unlockAt == 0 || time() < unlockAt) violated("unlocked before its time");
            } catch {}
        }
        vm.stopPrank();
    }

    // ── for the invariants ────────────────────────────────────────────────────────────────────────────────────

    function idOf(Agreement memory a) public pure returns (bytes32) {
        return keccak256(abi.encode(a.tenant, a.salt));
    }

    /// What provider, indexer and treasury hold in a lease's token.
    function othersHold(Agreement memory a) internal view returns (uint256) {
        return escrow.balanceOf(a.provider, a.token) + escrow.balanceOf(a.indexer, a.token)
            + escrow.feesOwed(a.token);
    }

    /// Nothing is paid for seconds of outage that were credited by then.
    function countPaid(Agreement memory a, uint256 before) internal {
        uint256 now_ = othersHold(a);
        // A provider that breaks off pays a penalty from its balance.
        if (now_ <= before) return;
        bytes32 leaseId = idOf(a);
        paidOut[leaseId] += now_ - before;
        uint256 ran = time() - openedAt[leaseId];
        uint256 credited = escrow.lease(leaseId).creditSeconds;
        uint256 served = ran > credited ? ran - credited : 0;
        if (paidOut[leaseId] > uint256(a.ratePerHour) * served / 3600) {
            violated("paid for seconds of outage that were credited");
        }
    }

    /// Reads only what it needs of each lease: it runs after every call.
    function overpaid() external view returns (bool) {
        for (uint256 i; i < _agreements.length; ++i) {
            Agreement storage a = _agreements[i];
            bytes32 leaseId = keccak256(abi.encode(a.tenant, a.salt));
            uint256 paid = paidOut[leaseId];
            if (paid == 0) continue;
            if (paid > uint256(a.deposit) + escrow.lease(leaseId).toppedUp) return true;
            uint256 until = closedAt[leaseId] == 0 ? time() : closedAt[leaseId];
            if (paid > uint256(a.ratePerHour) * (until - openedAt[leaseId]) / 3600) return true;
        }
        return false;
    }

    /// Everything that the escrow owes in a token.
    function owed(address token) external view returns (uint256 sum) {
        sum = escrow.feesOwed(token);
        for (uint256 i; i < actors.length; ++i) {
            sum += escrow.balanceOf(actors[i], token);
        }
        for (uint256 i; i < _agreements.length; ++i) {
            Agreement storage a = _agreements[i];
            if (a.token != token) continue;
            LeaseState memory state = escrow.lease(keccak256(abi.encode(a.tenant, a.salt)));
            if (state.status == LeaseStatus.Open) sum += uint256(a.deposit) + state.toppedUp - state.paid;
        }
        for (uint256 t; t < TENANTS; ++t) {
            for (uint256 p; p < PROVIDERS; ++p) {
                sum += escrow.channel(tenantAt(t), providerAt(p), token).collateral;
            }
        }
    }
}
