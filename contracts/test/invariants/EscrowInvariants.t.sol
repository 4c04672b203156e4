// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {Agreement, LeaseStatus} from "../../solidity/escrow/EscrowTypes.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {Base} from "../Base.sol";
import {ReenteringToken} from "../tokens/HostileTokens.sol";
import {EscrowCampaign} from "./EscrowCampaign.sol";

/// The sentences about the escrow that must always be true.
contract EscrowInvariants is Base {
    Escrow private _escrow;
    EscrowCampaign private _handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        NetworkToken token = new NetworkToken(address(this), address(this), 0);
        NodeRegistry registry = new NodeRegistry(address(this), token, 1 days, address(this));
        _escrow = new Escrow(address(this), IPayouts(address(registry)), address(0x7EA), 250, 1 hours);
        TestDollar dollar = new TestDollar();
        ReenteringToken hostile = new ReenteringToken();
        _escrow.allowToken(address(dollar), true);
        _escrow.allowToken(address(hostile), true);
        _handler = new EscrowCampaign(_escrow, registry, address(this), address(dollar), address(hostile));
        _escrow.setVerdicts(address(_handler));
        _escrow.allowToken(_handler.refused(0), true);
        _escrow.allowToken(_handler.refused(1), true);
        target(address(_handler));
    }

    /// One campaign for all of them: each would make the same calls again.
    function invariant_escrow() public view {
        everyTokenIsAccountedFor();
        noLeaseOverpays();
        nobodyDidWhatOnlyOthersMay();
    }

    /// Σ balances + Σ reserved + Σ owed = tokens held, for every token.
    function everyTokenIsAccountedFor() private view {
        for (uint256 i; i < 2; ++i) {
            address token = _handler.tokens(i);
            vm.assertEq(
                _handler.owed(token) + _handler.donated(token),
                TestDollar(token).balanceOf(address(_escrow)),
                "the sum differs from the tokens held"
            );
        }
    }

    /// A lease never pays more than its deposit nor more than rate × time.
    function noLeaseOverpays() private view {
        vm.assertFalse(_handler.overpaid());
    }

    /// Nobody closed, opened, settled, credited, unlocked or redeemed what was not theirs, no (tenant, salt) opened twice, and no
    /// operator kept more open, spent more or acted longer than its tenant allowed.
    function nobodyDidWhatOnlyOthersMay() private view {
        vm.assertEq(_handler.violation(), "");
    }

    /// The handler's calls must get through, or the campaign would prove nothing.
    function test_theHandlerReachesTheContract() public {
        _handler.open(0, 0, 0, 3600, 3600, 1, 2);
        _handler.pass(600);
        // Within the first hour all of it is what a break would cost.
        _handler.withdrawLease(0);
        _handler.fundChannel(0, 0, 0, 1000);
        _handler.redeem(0, 0, 0, 500, 0);
        _handler.close(0, 0);
        bytes32 leaseId = _handler.idOf(_handler.agreementAt(0));
        _handler.setOperator(0, 0, 3600, 3600, 1000);
        _handler.openAsOperator(0, 0, 0, 3600, 3600);
        vm.assertEq(_handler.operatorRate(_handler.actors(0), _handler.tokens(0)), 3600);
        vm.assertEq(
            _escrow.operatorLimit(_handler.actors(0), _handler.operator(), _handler.tokens(0))
            .openRatePerHour,
            3600
        );
        vm.assertEq(_handler.opened(), 2);
        vm.assertEq(_handler.paidOut(leaseId), 600);
        vm.assertGt(_handler.closedAt(leaseId), 0);
        vm.assertEq(_escrow.channel(_handler.actors(0), _handler.actors(3), _handler.tokens(0)).redeemed, 500);
    }

    function test_theCampaignReachesTheContract() public {
        (address tenant, address provider, address dollar) =
            (_handler.tenantAt(0), _handler.providerAt(0), _handler.tokens(0));
        _handler.setParameters(100, 60, false);
        _handler.openMany(3600, 0, 0, 5, false);
        _handler.openMany(3601, 0, 0, 5, true);
        vm.assertEq(_handler.opened(), 3);
        _handler.openMany(3600, 0, 0, 0, false);
        vm.assertEq(_handler.opened(), 3);
        _handler.pass(600);
        bytes32 leaseId = _handler.idOf(_handler.agreementAt(0));
        _handler.creditByVerdict(0, 30, false);
        vm.assertEq(_escrow.lease(leaseId).creditSeconds, 0);
        _handler.creditByVerdict(0, 30, true);
        vm.assertEq(_escrow.lease(leaseId).creditSeconds, 30);
        _handler.withdrawLease(0);
        vm.assertEq(_handler.paidOut(leaseId), 600 - 30 - 60);
        _handler.setPayout(0, true);
        _handler.withdrawFor(0, 0, 0);
        vm.assertEq(_escrow.earningsOf(provider, dollar), 0);
        _handler.closeMany(0, 3, 0);
        vm.assertGt(_handler.closedAt(leaseId), 0);
        _handler.cancel(0, 0);
        _handler.openMany(0, 0, 0, 5, false);
        vm.assertEq(_handler.opened(), 3);
        _handler.fundChannel(0, 0, 0, 1000);
        _handler.setChannelSigner(0, 0, 0, 1, false);
        _handler.setChannelSigner(0, 0, 0, 1, true);
        _handler.redeemBatch(0, 0, 500, 1);
        vm.assertEq(_escrow.channel(tenant, provider, dollar).redeemed, 500);
        uint256 balance = _escrow.balanceOf(tenant, dollar);
        _handler.depositByPermit(0, 70, true);
        _handler.depositByPermit(0, 30, false);
        vm.assertEq(_escrow.balanceOf(tenant, dollar) - balance, 100);
        _handler.depositWhatIsRefused(0, 100);
        _handler.depositWhatIsRefused(1, 100);
        vm.assertEq(_handler.violation(), "");
    }

    /// Leases of one operator that end in the same call give it back all of their rates.
    function test_theCampaignEndsAnOperatorsLeasesTogether() public {
        (address tenant, address dollar) = (_handler.tenantAt(0), _handler.tokens(0));
        _handler.setOperator(0, 0, 7200, 7200, 1000);
        _handler.openAsOperator(0, 0, 0, 3600, 3600);
        _handler.openAsOperator(0, 1, 0, 3600, 3600);
        vm.assertEq(_escrow.operatorLimit(tenant, _handler.operator(), dollar).openRatePerHour, 7200);
        _handler.closeMany(0, 2, 0);
        vm.assertGt(_handler.closedAt(_handler.idOf(_handler.agreementAt(1))), 0);
        vm.assertEq(_escrow.operatorLimit(tenant, _handler.operator(), dollar).openRatePerHour, 0);
        invariant_escrow();
    }

    /// Every party's money can be taken out with no one else's help: each tenant closes leases and unlocks channels, each provider draws,
    /// gives notice and closes, everybody withdraws, the treasury's fees are collected, and nothing is owed then.
    function afterInvariant() public {
        ReenteringToken(_handler.tokens(1)).arm(address(0), "");
        for (uint256 i; i < _handler.agreementCount(); ++i) {
            Agreement memory a = _handler.agreementAt(i);
            if (_escrow.lease(_handler.idOf(a)).status != LeaseStatus.Open) continue;
            if (i % 2 == 0) {
                vm.prank(a.tenant);
                _escrow.close(a);
            } else if (_escrow.lease(_handler.idOf(a)).noticeEndsAt == 0) {
                vm.prank(a.provider);
                _escrow.giveNotice(a);
            }
        }
        requestUnlocks();
        skip(7 days);
        for (uint256 i; i < _handler.agreementCount(); ++i) {
            Agreement memory a = _handler.agreementAt(i);
            if (_escrow.lease(_handler.idOf(a)).status != LeaseStatus.Open) continue;
            vm.startPrank(a.provider);
            if (_escrow.accrued(a) > _escrow.leaseView(a).paid) _escrow.withdrawLease(a);
            _escrow.close(a);
            vm.stopPrank();
        }
        for (uint256 t; t < 2; ++t) {
            address token = _handler.tokens(t);
            unlockAll(token);
            for (uint256 i; i < _handler.actorCount(); ++i) {
                address actor = _handler.actors(i);
                if (_escrow.balanceOf(actor, token) == 0) continue;
                vm.prank(actor);
                _escrow.withdraw(token, type(uint256).max);
            }
            if (_escrow.feesOwed(token) != 0) _escrow.collectFees(token);
            vm.assertEq(_handler.owed(token), 0);
            vm.assertEq(TestDollar(token).balanceOf(address(_escrow)), _handler.donated(token));
        }
    }

    function requestUnlocks() private {
        for (uint256 i; i < 12; ++i) {
            (address tenant, address provider, address token) = channelAt(i);
            if (_escrow.channel(tenant, provider, token).collateral == 0) continue;
            vm.prank(tenant);
            _escrow.requestUnlock(provider, token);
        }
    }

    function unlockAll(address token_) private {
        for (uint256 i; i < 12; ++i) {
            (address tenant, address provider, address token) = channelAt(i);
            if (token != token_ || _escrow.channel(tenant, provider, token).unlockAt == 0) continue;
            vm.prank(tenant);
            _escrow.unlock(provider, token);
        }
    }

    function channelAt(uint256 i) private view returns (address tenant, address provider, address token) {
        return (_handler.tenantAt(i % 3), _handler.providerAt(i / 3 % 2), _handler.tokens(i / 6));
    }
}
