// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {Agreement, LeaseStatus, Voucher} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

/// What whoever wants to hurt others, or waits for ever, gets: numbers as large as they can be, signatures used elsewhere, dust, silence.
contract EscrowGriefingTest is EscrowFixture {
    bytes32 private constant SETTLEMENT = keccak256("Settlement(bytes32 leaseId,uint96 amount,uint40 until)");
    bytes32 private constant CREDIT = keccak256("Credit(bytes32 leaseId,uint32 creditSeconds)");
    uint96 private constant MOST = type(uint96).max;

    // ── overflow ──────────────────────────────────────────────────────────────────────────────────────────────

    function test_overflow_largestTermsPayToTheUnit() public {
        fund(tenant, uint256(MOST) * 2);
        Agreement memory a = terms(MOST, MOST);
        (a.maxDuration, a.startBy, a.indexerFeeBps) = (type(uint32).max, type(uint40).max, 9_800);
        openLease(a);
        uint256 before = balance(tenant);
        vm.assertEq(escrow.fundedUntil(a), time() + 1 hours);
        skip(365 days);
        vm.assertEq(escrow.accrued(a), MOST);
        vm.prank(stranger);
        escrow.close(a);
        vm.assertEq(balance(tenant), before);
        vm.assertEq(balance(provider) + balance(indexer) + escrow.feesOwed(address(dollar)), MOST);
    }

    function test_overflow_longestLeaseEndsWithTime() public {
        fund(tenant, MOST);
        Agreement memory a = terms(1, MOST);
        openLease(a);
        // A unit an hour would last beyond what the clock can say; it ends there and not before.
        vm.assertEq(escrow.fundedUntil(a), type(uint40).max);
        skip(100 * 365 days);
        vm.assertEq(escrow.accrued(a), 100 * 365 * 24);
        vm.prank(tenant);
        escrow.close(a);
        vm.assertEq(
            uint256(escrow.lease(escrow.leaseIdOf(tenant, a.salt)).status), uint256(LeaseStatus.Closed)
        );
    }

    function testFuzz_overflow_anyTermsConserveTheMoney(
        uint96 rate,
        uint96 deposit_,
        uint32 maxDuration,
        uint16 fee,
        uint40 later
    ) public {
        deposit_ = uint96(bound(deposit_, uint256(rate) / 3600 + 1, MOST));
        fund(tenant, deposit_);
        Agreement memory a = terms(rate, deposit_);
        (a.maxDuration, a.indexerFeeBps) = (maxDuration, uint16(bound(fee, 0, 9_800)));
        uint256 before = balance(tenant);
        openLease(a);
        skip(later);
        vm.prank(tenant);
        escrow.close(a);
        uint256 paid = balance(provider) + balance(indexer) + escrow.feesOwed(address(dollar));
        vm.assertEq(balance(tenant) + paid, before);
        vm.assertLe(paid, deposit_);
        vm.assertLe(paid, uint256(rate) * later / 3600);
    }

    // ── replay ────────────────────────────────────────────────────────────────────────────────────────────────

    function test_replay_ofASettlementOrACreditOnAnotherLease() public {
        Agreement memory first = openLease();
        Agreement memory second = openLease();
        skip(1000);
        bytes32 firstId = escrow.leaseIdOf(tenant, first.salt);
        bytes32 settlement = typed(keccak256(abi.encode(SETTLEMENT, firstId, uint96(10), GOOD)));
        bytes memory credit = sign(PROVIDER_KEY, typed(keccak256(abi.encode(CREDIT, firstId, uint32(900)))));
        bytes memory ts = sign(TENANT_KEY, settlement);
        bytes memory ps = sign(PROVIDER_KEY, settlement);
        vm.expectRevert();
        escrow.settle(second, 10, GOOD, ts, ps);
        vm.expectRevert();
        escrow.creditByProvider(second, 900, credit);
        escrow.creditByProvider(first, 900, credit);
        // The same credit again says nothing new, and nothing works on a lease that is over.
        vm.expectRevert(
            abi.encodeWithSelector(IEscrow.CreditOutOfRange.selector, uint32(900), uint32(900), 1000)
        );
        escrow.creditByProvider(first, 900, credit);
        escrow.settle(first, 10, GOOD, ts, ps);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseNotOpen.selector, firstId, LeaseStatus.Closed));
        escrow.settle(first, 10, GOOD, ts, ps);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseNotOpen.selector, firstId, LeaseStatus.Closed));
        escrow.creditByProvider(first, 900, credit);
    }

    function test_replay_ofSignaturesOnAnotherChainOrEscrow() public {
        Agreement memory a = openLease();
        vm.prank(tenant);
        escrow.fundChannel(provider, address(dollar), 1000);
        skip(1000);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        bytes32 settlement = typed(keccak256(abi.encode(SETTLEMENT, leaseId, uint96(10), GOOD)));
        bytes memory ts = sign(TENANT_KEY, settlement);
        bytes memory ps = sign(PROVIDER_KEY, settlement);
        bytes memory credit = sign(PROVIDER_KEY, typed(keccak256(abi.encode(CREDIT, leaseId, uint32(900)))));
        Voucher memory v = voucher(TENANT_KEY, tenant, 500);

        vm.chainId(999);
        vm.expectRevert();
        escrow.settle(a, 10, GOOD, ts, ps);
        vm.expectRevert();
        escrow.creditByProvider(a, 900, credit);
        vm.expectRevert();
        escrow.redeem(provider, address(dollar), v);
        // Forge's own chain: the compiler takes `block.chainid` for the same throughout a call.
        vm.chainId(31_337);

        Escrow other = new Escrow(address(this), IPayouts(address(registry)), treasury, 0, NOTICE);
        other.allowToken(address(dollar), true);
        dollar.mint(tenant, 1000);
        vm.startPrank(tenant);
        dollar.approve(address(other), 1000);
        other.deposit(address(dollar), 1000);
        other.fundChannel(provider, address(dollar), 1000);
        vm.stopPrank();
        vm.expectRevert();
        other.redeem(provider, address(dollar), v);

        vm.assertEq(escrow.redeem(provider, address(dollar), v), 500);
        escrow.creditByProvider(a, 900, credit);
        escrow.settle(a, 10, GOOD, ts, ps);
    }

    function test_replay_aCancelledOrClosedSaltNeverOpensAgain() public {
        Agreement memory a = openLease();
        vm.prank(tenant);
        escrow.close(a);
        bytes32 leaseId = escrow.leaseIdOf(tenant, a.salt);
        bytes memory ts = tenantSig(a);
        bytes memory ps = providerSig(a);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseExists.selector, leaseId, LeaseStatus.Closed));
        escrow.open(a, ts, ps);
    }

    // ── dust ──────────────────────────────────────────────────────────────────────────────────────────────────

    function test_dust_fromStrangersStopsNothingAndCostsThemIt() public {
        fund(stranger, 100);
        Agreement memory a = openLease();
        uint256 end = escrow.fundedUntil(a);
        for (uint256 i; i < 10; ++i) {
            fund(tenant, 1);
            fund(provider, 1);
            vm.prank(stranger);
            escrow.topUp(a, 1);
        }
        // Ten units buy ten seconds at this rate; the tenant may still end at any time, and has what is left.
        vm.assertEq(escrow.fundedUntil(a), end + 10);
        skip(100);
        uint256 before = balance(tenant);
        vm.prank(tenant);
        escrow.close(a);
        vm.assertEq(balance(tenant), before + RATE + 10 - 100);
        vm.assertEq(balance(stranger), 90);
        vm.prank(tenant);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.assertEq(balance(tenant), 0);
    }

    function test_dust_drawsOfASecondLeaveNobodyShort() public {
        escrow.setNoticePeriod(0);
        Agreement memory often = terms(3601, 3601);
        Agreement memory once = terms(3601, 3601);
        openLease(often);
        openLease(once);
        uint256 start = balance(provider);
        for (uint256 i; i < 60; ++i) {
            skip(1);
            escrow.withdrawLease(often);
        }
        uint256 byDust = balance(provider) - start;
        escrow.withdrawLease(once);
        vm.assertEq(balance(provider) - start - byDust, byDust);
    }

    function test_dust_aStrangersDrawChangesNothingOfWhatIsDue() public {
        escrow.setNoticePeriod(0);
        Agreement memory a = openLease();
        skip(600);
        vm.prank(stranger);
        escrow.withdrawLease(a);
        vm.expectRevert(IEscrow.ZeroAmount.selector);
        escrow.withdrawLease(a);
        skip(600);
        vm.prank(tenant);
        escrow.close(a);
        vm.assertEq(balance(provider) + balance(indexer) + escrow.feesOwed(address(dollar)), 1200);
    }

    // ── silence ───────────────────────────────────────────────────────────────────────────────────────────────

    function test_providerThatNeverWithdraws_locksNobodysMoneyAndLosesNoneOfItsOwn() public {
        Agreement memory a = terms(RATE, 2 * RATE);
        a.maxDuration = 1 hours;
        openLease(a);
        uint256 before = balance(tenant);
        skip(10 * 365 days);
        // Nobody has to sweep it: what it earned stood still when it ended, and anybody may close it.
        vm.assertEq(escrow.accrued(a), RATE);
        vm.prank(stranger);
        escrow.close(a);
        vm.assertEq(balance(tenant), before + RATE);
        vm.prank(tenant);
        escrow.withdraw(address(dollar), type(uint256).max);
        uint256 earned = balance(provider);
        skip(10 * 365 days);
        vm.prank(provider);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.assertEq(dollar.balanceOf(provider), earned);
    }

    function test_tenantThatNeverCloses_stopsNoPay() public {
        Agreement memory a = openLease();
        skip(365 days);
        escrow.withdrawLease(a);
        vm.assertEq(balance(provider) + balance(indexer) + escrow.feesOwed(address(dollar)), RATE);
        vm.prank(provider);
        escrow.withdraw(address(dollar), type(uint256).max);
        vm.assertEq(balance(provider), 0);
    }
}
