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
import {EscrowHandler} from "./EscrowHandler.sol";

/// The sentences about the escrow that must always be true.
contract EscrowInvariants is Base {
    Escrow private _escrow;
    EscrowHandler private _handler;

    function setUp() public {
        vm.warp(1_800_000_000);
        NetworkToken token = new NetworkToken(address(this), address(this), 0);
        NodeRegistry registry = new NodeRegistry(address(this), token, 1 days, address(this));
        _escrow = new Escrow(address(this), IPayouts(address(registry)), address(0x7EA), 250, 1 hours);
        TestDollar dollar = new TestDollar();
        ReenteringToken hostile = new ReenteringToken();
        _escrow.allowToken(address(dollar), true);
        _escrow.allowToken(address(hostile), true);
        _handler = new EscrowHandler(_escrow, address(dollar), address(hostile));
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

    /// Nobody closed, opened, settled, credited, unlocked or redeemed what was not theirs.
    function nobodyDidWhatOnlyOthersMay() private view {
        vm.assertEq(_handler.violations(), 0);
    }

    /// The handler's calls must get through, or the campaign would prove nothing.
    function test_theHandlerReachesTheContract() public {
        _handler.open(0, 0, 0, 3600, 3600, 1, 2);
        _handler.pass(600);
        _handler.withdrawLease(0);
        _handler.fundChannel(0, 0, 0, 1000);
        _handler.redeem(0, 0, 0, 500, 0);
        _handler.close(0, 0);
        bytes32 leaseId = _handler.idOf(_handler.agreementAt(0));
        vm.assertEq(_handler.opened(), 1);
        vm.assertEq(_handler.paidOut(leaseId), 600);
        vm.assertGt(_handler.closedAt(leaseId), 0);
        vm.assertEq(_escrow.channel(_handler.actors(0), _handler.actors(3), _handler.tokens(0)).redeemed, 500);
    }

    /// Every party's money can be taken out with no one else's help: close all leases, unlock all channels, withdraw everything.
    function afterInvariant() public {
        for (uint256 i; i < _handler.agreementCount(); ++i) {
            Agreement memory a = _handler.agreementAt(i);
            if (_escrow.lease(_handler.idOf(a)).status != LeaseStatus.Open) continue;
            vm.prank(a.tenant);
            _escrow.close(a);
        }
        for (uint256 i; i < _handler.actorCount(); ++i) {
            for (uint256 t; t < 2; ++t) {
                address actor = _handler.actors(i);
                address token = _handler.tokens(t);
                ReenteringToken(_handler.tokens(1)).arm(address(0), "");
                if (_escrow.balanceOf(actor, token) == 0) continue;
                vm.prank(actor);
                _escrow.withdraw(token, type(uint256).max);
            }
        }
    }
}
