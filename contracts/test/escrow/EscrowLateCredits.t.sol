// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

/// Outages that are credited when the money, or the longest duration, is used up already.
contract EscrowLateCreditsTest is EscrowFixture {
    function credit(Agreement memory a, uint32 seconds_) private {
        vm.prank(provider);
        escrow.creditByProvider(a, seconds_, "");
    }

    function endedAt(Agreement memory a) private view returns (uint256) {
        return escrow.lease(escrow.leaseIdOf(tenant, a.salt)).endedAt;
    }

    function test_lateCredit_isTheTenantsMoneyAgain() public {
        uint256 before = balance(tenant);
        Agreement memory a = openLease();
        uint256 end = escrow.fundedUntil(a);
        vm.assertEq(endedAt(a), 0);
        skip(3600 + 100);
        credit(a, 900);
        vm.assertEq(escrow.accrued(a), 2700);
        // It would run again if its money lasted as much longer as was taken off.
        vm.assertEq(escrow.fundedUntil(a), end);
        vm.assertEq(endedAt(a), end);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.LeaseEnded.selector, escrow.leaseIdOf(tenant, a.salt), end)
        );
        vm.prank(tenant);
        escrow.topUp(a, 1);
        escrow.close(a);
        vm.assertEq(before - balance(tenant), 2700);
    }

    function test_lateCredit_byVerdictAtTheVeryEnd() public {
        Agreement memory a = openLease();
        escrow.setVerdicts(address(this));
        skip(3600);
        escrow.creditByVerdict(a, 900);
        vm.assertEq(escrow.accrued(a), 2700);
        escrow.creditByVerdict(a, type(uint32).max);
        vm.assertEq(escrow.accrued(a), 0);
        uint256 before = balance(tenant);
        escrow.close(a);
        vm.assertEq(balance(tenant) - before, 3600);
    }

    function test_earlyCredit_makesTheMoneyLast() public {
        Agreement memory a = openLease();
        uint256 end = escrow.fundedUntil(a);
        skip(3599);
        credit(a, 900);
        vm.assertEq(escrow.fundedUntil(a), end + 900);
        vm.assertEq(endedAt(a), 0);
        skip(2000);
        vm.assertEq(escrow.accrued(a), 3600);
        // What is credited from here on is on top of what made it last.
        credit(a, 1000);
        vm.assertEq(escrow.fundedUntil(a), end + 900);
        vm.assertEq(escrow.accrued(a), 3500);
        credit(a, 1001);
        vm.assertEq(escrow.accrued(a), 3499);
        uint256 before = balance(tenant);
        escrow.close(a);
        vm.assertEq(balance(tenant) - before, 101);
    }

    function test_lateCredit_afterTheLongestDuration() public {
        Agreement memory a = terms(RATE, RATE);
        a.maxDuration = 1800;
        openLease(a);
        skip(2000);
        credit(a, 300);
        vm.assertEq(escrow.accrued(a), 1500);
        escrow.withdrawLease(a);
        uint256 before = balance(tenant);
        escrow.close(a);
        vm.assertEq(balance(tenant) - before, 2100);
    }

    function test_lateCredit_cannotTakeBackWhatWasPaid() public {
        Agreement memory a = openLease();
        skip(3700);
        escrow.withdrawLease(a);
        credit(a, 900);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdrawLease(a);
        uint256 before = balance(tenant);
        escrow.close(a);
        vm.assertEq(balance(tenant), before);
    }

    /// Whenever a credit comes, the lease pays for the seconds that it ran less the seconds credited.
    function testFuzz_credit_isNeverLost(uint32 at, uint32 seconds_, uint32 later) public {
        Agreement memory a = openLease();
        uint256 opened = time();
        skip(bound(at, 1, 9000));
        uint256 ran = time() - opened < 3600 ? time() - opened : 3600;
        uint32 credited = uint32(bound(seconds_, 1, ran));
        uint256 before = escrow.accrued(a);
        credit(a, credited);
        vm.assertEq(before - escrow.accrued(a), credited);
        skip(bound(later, 0, 9000));
        uint256 until = time() < escrow.fundedUntil(a) ? time() : escrow.fundedUntil(a);
        vm.assertEq(escrow.accrued(a), until - opened - credited);
        vm.assertLe(escrow.accrued(a), 3600);
    }
}
