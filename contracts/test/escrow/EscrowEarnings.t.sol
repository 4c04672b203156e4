// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

/// What a node earned and where it may go, once it has a payout address apart from its working key.
contract EscrowEarningsTest is EscrowFixture {
    address private constant COLD = address(0xC01D);

    /// A provider that has earned 980 (1,000 less the treasury's fee) by a voucher, with its payout address set.
    function earn() private {
        vm.prank(tenant);
        escrow.fundChannel(provider, address(dollar), 1000);
        escrow.redeem(provider, address(dollar), voucher(TENANT_KEY, tenant, 1000));
        vm.prank(provider);
        registry.setPayout(provider, COLD);
    }

    function test_earnings_cannotBeSpentPastThePayoutAddress() public {
        earn();
        vm.assertEq(escrow.earningsOf(provider, address(dollar)), 980);
        bytes memory why =
            abi.encodeWithSelector(IEscrow.InsufficientBalance.selector, provider, address(dollar), 980, 0);
        vm.prank(provider);
        vm.expectRevert(why);
        escrow.fundChannel(stranger, address(dollar), 980);
        // Leased from a confederate, or put into another's lease.
        Agreement memory a = terms(980, 980);
        (a.tenant, a.provider) = (provider, stranger);
        bytes memory signature = sign(PROVIDER_KEY, escrow.hashAgreement(a));
        vm.prank(stranger);
        vm.expectRevert(why);
        escrow.open(a, signature, "");
        Agreement memory running = openLease();
        vm.prank(provider);
        vm.expectRevert(why);
        escrow.topUp(running, 980);
        // What the node brought itself it may spend.
        fund(provider, 980);
        vm.prank(provider);
        escrow.topUp(running, 980);
        vm.assertEq(balance(provider), 980);
    }

    /// Whoever has the key could sign an absurd rate as provider, with itself for a tenant, and break off at once.
    function test_earnings_doNotPayForABreakOnceTheyHaveAnAddress() public {
        earn();
        Agreement memory a = terms(1_000_000, 1_000_000);
        openLease(a);
        skip(1);
        vm.prank(provider);
        escrow.close(a);
        vm.assertEq(escrow.earningsOf(provider, address(dollar)), 980);
    }

    function test_earnings_areSpentWhereNoPayoutAddressIsSet() public {
        vm.prank(tenant);
        escrow.fundChannel(provider, address(dollar), 1000);
        escrow.redeem(provider, address(dollar), voucher(TENANT_KEY, tenant, 1000));
        fund(provider, 20);
        vm.startPrank(provider);
        vm.expectRevert(
            abi.encodeWithSelector(
                IEscrow.InsufficientBalance.selector, provider, address(dollar), 1001, 1000
            )
        );
        escrow.fundChannel(stranger, address(dollar), 1001);
        escrow.fundChannel(stranger, address(dollar), 100);
        vm.stopPrank();
        vm.assertEq(balance(provider), 900);
    }

    function test_withdraw_takesWhatWasBroughtAndThenWhatWasEarned() public {
        earn();
        fund(provider, 100);
        vm.startPrank(provider);
        escrow.withdraw(address(dollar), 40);
        vm.assertEq(escrow.earningsOf(provider, address(dollar)), 980);
        escrow.withdraw(address(dollar), 100);
        vm.assertEq(escrow.earningsOf(provider, address(dollar)), 940);
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.InsufficientBalance.selector, provider, address(dollar), 941, 940)
        );
        escrow.withdraw(address(dollar), 941);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.stopPrank();
        vm.assertEq(dollar.balanceOf(COLD), 1080);
    }

    function test_withdrawFor_movesEarningsToThePayoutAddressWhoeverCalls() public {
        earn();
        fund(provider, 100);
        vm.expectEmit(address(escrow));
        emit IEscrow.Withdrawn(provider, address(dollar), 980, COLD);
        vm.prank(stranger);
        escrow.withdrawFor(provider, address(dollar));
        vm.assertEq(dollar.balanceOf(COLD), 980);
        // What it brought is its own to keep here, and its payout address's to take.
        vm.prank(stranger);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdrawFor(provider, address(dollar));
        vm.prank(COLD);
        escrow.withdrawFor(provider, address(dollar));
        vm.assertEq(dollar.balanceOf(COLD), 1080);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.PayoutNotSet.selector, tenant));
        escrow.withdrawFor(tenant, address(dollar));
    }

    // ── what a break costs ────────────────────────────────────────────────────────────────────────────────────

    /// Drawing everything, taking it out and then leaving pays the tenant for the notice all the same.
    function test_break_costsWhatStayedInTheLease() public {
        Agreement memory a = terms(RATE, 100 * RATE);
        uint256 before = balance(tenant);
        openLease(a);
        skip(3 hours);
        vm.startPrank(provider);
        registry.setPayout(provider, COLD);
        escrow.withdrawLease(a);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdrawLease(a);
        vm.expectEmit(address(escrow));
        emit IEscrow.ProviderPenalised(escrow.leaseIdOf(tenant, a.salt), provider, NOTICE);
        escrow.close(a);
        vm.stopPrank();
        vm.assertEq(before - balance(tenant), 2 hours);
        vm.assertEq(balance(provider), 0);
    }

    function test_bond_isFreeOnceTheNoticeWasKept() public {
        Agreement memory a = terms(RATE, 100 * RATE);
        openLease(a);
        skip(3 hours);
        vm.prank(provider);
        escrow.giveNotice(a);
        skip(NOTICE / 2);
        escrow.withdrawLease(a);
        vm.assertEq(escrow.lease(escrow.leaseIdOf(tenant, a.salt)).paid, 3 hours + NOTICE / 2 - NOTICE / 2);
        skip(NOTICE);
        escrow.withdrawLease(a);
        vm.assertEq(escrow.lease(escrow.leaseIdOf(tenant, a.salt)).paid, 3 hours + 3 * NOTICE / 2);
        escrow.close(a);
    }

    function test_bond_isNoMoreThanTheRestOfTheLease() public {
        Agreement memory a = openLease();
        skip(3600 - 10);
        escrow.withdrawLease(a);
        vm.assertEq(escrow.lease(escrow.leaseIdOf(tenant, a.salt)).paid, 3600 - 20);
        skip(10);
        escrow.withdrawLease(a);
        vm.assertEq(escrow.lease(escrow.leaseIdOf(tenant, a.salt)).paid, 3600);
    }

    /// What governance decides on afterwards binds nobody who has leased already.
    function test_noticePeriod_isTheOneAtOpening() public {
        Agreement memory a = terms(RATE, 100 * RATE);
        openLease(a);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        escrow.setNoticePeriod(7 days);
        vm.assertEq(escrow.lease(leaseId).noticePeriod, NOTICE);
        skip(2 hours);
        vm.startPrank(provider);
        escrow.withdrawLease(a);
        vm.expectEmit(address(escrow));
        emit IEscrow.ProviderPenalised(leaseId, provider, NOTICE);
        escrow.close(a);
        vm.stopPrank();
        a = terms(RATE, 1000 * RATE);
        openLease(a);
        vm.assertEq(escrow.lease(escrow.leaseIdOf(tenant, a.salt)).noticePeriod, 7 days);
    }
}
