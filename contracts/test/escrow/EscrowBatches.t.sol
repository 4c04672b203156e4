// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Agreement, LeaseStatus} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

contract EscrowBatchesTest is EscrowFixture {
    uint256 private constant OTHER_KEY = 0x07E4;
    uint256 private constant THIRD_KEY = 0x7412D;
    address private otherTenant = vm.addr(OTHER_KEY);

    function gang(uint256 size)
        private
        returns (Agreement[] memory agreements, bytes[] memory ts, bytes[] memory ps)
    {
        agreements = new Agreement[](size);
        ts = new bytes[](size);
        ps = new bytes[](size);
        for (uint256 i; i < size; ++i) {
            agreements[i] = terms();
            ts[i] = tenantSig(agreements[i]);
            ps[i] = providerSig(agreements[i]);
        }
    }

    function test_openBatch_opensAll() public {
        (Agreement[] memory agreements, bytes[] memory ts, bytes[] memory ps) = gang(5);
        uint256 before = balance(tenant);
        escrow.openBatch(agreements, ts, ps);
        vm.assertEq(before - balance(tenant), 5 * uint256(RATE));
    }

    function test_openBatch_allOrNone() public {
        (Agreement[] memory agreements, bytes[] memory ts, bytes[] memory ps) = gang(3);
        ts[2] = ps[2];
        vm.expectRevert();
        escrow.openBatch(agreements, ts, ps);
        vm.assertEq(
            uint256(escrow.lease(escrow.leaseIdOf(tenant, agreements[0].salt)).status),
            uint256(LeaseStatus.None)
        );
    }

    function test_openBatch_wantsListsOfOneLength() public {
        (Agreement[] memory agreements, bytes[] memory ts, bytes[] memory ps) = gang(2);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LengthMismatch.selector, 2, 0));
        escrow.openBatch(agreements, new bytes[](0), ps);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LengthMismatch.selector, 2, 1));
        escrow.openBatch(agreements, ts, new bytes[](1));
    }

    function test_closeBatch_passesOverWhatHasEnded() public {
        (Agreement[] memory agreements, bytes[] memory ts, bytes[] memory ps) = gang(4);
        escrow.openBatch(agreements, ts, ps);
        skip(100);
        vm.startPrank(tenant);
        escrow.close(agreements[1]);
        vm.assertEq(escrow.closeBatch(agreements), 3);
        vm.assertEq(escrow.closeBatch(agreements), 0);
        vm.stopPrank();
        vm.assertEq(balance(provider), 4 * 97);
    }

    function test_closeBatch_refusesALeaseThatIsNotTheCallersToEnd() public {
        (Agreement[] memory agreements, bytes[] memory ts, bytes[] memory ps) = gang(2);
        escrow.openBatch(agreements, ts, ps);
        vm.prank(stranger);
        vm.expectRevert();
        escrow.closeBatch(agreements);
    }

    function test_closeBatch_paysEveryTenantAndIndexerItsOwn() public {
        fund(otherTenant, 10 * RATE);
        uint256 before = balance(tenant);
        Agreement[] memory agreements = new Agreement[](5);
        for (uint256 i; i < 5; ++i) {
            Agreement memory a = terms();
            if (i % 2 == 1) (a.tenant, a.indexer) = (otherTenant, address(0x2D));
            agreements[i] = a;
            bytes32 digest = escrow.hashAgreement(a);
            escrow.open(a, sign(i % 2 == 1 ? OTHER_KEY : TENANT_KEY, digest), sign(PROVIDER_KEY, digest));
        }
        skip(2 hours);
        // Some are closed already and are passed over in between.
        escrow.close(agreements[2]);
        vm.assertEq(escrow.closeBatch(agreements), 4);
        vm.assertEq(balance(tenant), before - 3 * uint256(RATE));
        vm.assertEq(balance(otherTenant), 8 * uint256(RATE));
        vm.assertEq(balance(indexer), 3 * 36);
        vm.assertEq(balance(address(0x2D)), 2 * 36);
    }

    function test_closeBatch_refundsOfTheSameBatchPayForABreak() public {
        fund(provider, RATE);
        Agreement memory asTenant = terms();
        (asTenant.tenant, asTenant.provider) = (provider, tenant);
        bytes32 digest = escrow.hashAgreement(asTenant);
        escrow.open(asTenant, sign(PROVIDER_KEY, digest), sign(TENANT_KEY, digest));
        Agreement memory broken = openLease();
        vm.assertEq(balance(provider), 0);
        uint256 before = balance(tenant);
        Agreement[] memory both = new Agreement[](2);
        (both[0], both[1]) = (asTenant, broken);
        vm.prank(provider);
        escrow.closeBatch(both);
        // Nothing had accrued: the break costs a notice, and the refund of the first lease is there to pay it.
        vm.assertEq(balance(tenant), before + uint256(RATE) + uint256(RATE) * NOTICE / 3600);
        vm.assertEq(balance(provider), uint256(RATE) - uint256(RATE) * NOTICE / 3600);
    }

    /// One sender, who is tenant of some and breaks others off, in two tokens, with indexers that are parties too.
    function testFuzz_closeBatch_paysWhatClosingOneByOneWould(uint256 seed, uint256 size, uint256 elapsed)
        public
    {
        TestDollar second = new TestDollar();
        escrow.allowToken(address(second), true);
        address[5] memory people = [otherTenant, provider, vm.addr(THIRD_KEY), indexer, address(0)];
        uint256[3] memory keys = [OTHER_KEY, PROVIDER_KEY, THIRD_KEY];
        second.approve(address(escrow), type(uint256).max);
        Agreement[] memory agreements = new Agreement[](bound(size, 2, 8));
        for (uint256 i; i < agreements.length; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 other = 1 + (dice >> 8) % 2;
            uint256 t = dice % 2 == 0 ? 0 : other;
            uint256 p = dice % 2 == 0 ? other : 0;
            Agreement memory a = terms();
            (a.tenant, a.provider) = (people[t], people[p]);
            a.indexer = people[(dice >> 16) % 5];
            if (a.indexer == address(0)) a.indexerFeeBps = 0;
            if ((dice >> 24) % 2 == 0) a.token = address(second);
            if ((dice >> 32) % 3 == 0) a.maxDuration = 600;
            // Nobody has more than its leases take, so that what breaking off costs depends on what came back before.
            second.mint(address(this), RATE);
            if (a.token == address(dollar)) fund(a.tenant, RATE);
            else escrow.depositFor(a.tenant, a.token, RATE);
            bytes32 digest = escrow.hashAgreement(a);
            escrow.open(a, sign(keys[t], digest), sign(keys[p], digest));
            agreements[i] = a;
        }
        skip(bound(elapsed, 0, 5000));
        uint256 snapshot = vm.snapshotState();
        vm.startPrank(otherTenant);
        for (uint256 i; i < agreements.length; ++i) {
            escrow.close(agreements[i]);
        }
        uint256[10] memory oneByOne = standing(people, address(second));
        vm.revertToState(snapshot);
        vm.assertEq(escrow.closeBatch(agreements), agreements.length);
        vm.stopPrank();
        uint256[10] memory together = standing(people, address(second));
        for (uint256 i; i < 10; ++i) {
            vm.assertEq(together[i], oneByOne[i]);
        }
    }

    /// What everybody has in both tokens, and the treasury's share in the place of the last.
    function standing(address[5] memory people, address second)
        private
        view
        returns (uint256[10] memory has)
    {
        for (uint256 i; i < 4; ++i) {
            has[i] = balance(people[i]);
            has[5 + i] = escrow.balanceOf(people[i], second);
        }
        (has[4], has[9]) = (escrow.feesOwed(address(dollar)), escrow.feesOwed(second));
    }

    function testFuzz_lease_paysExactlyWhatTimeSays(
        uint96 rate,
        uint96 deposit_,
        uint32 maxDuration,
        uint32 elapsed,
        uint16 fee
    ) public {
        Agreement memory a = terms();
        a.deposit = uint96(bound(deposit_, 1, 1_000_000 * uint256(DOLLAR)));
        a.ratePerHour = uint96(bound(rate, 1, uint256(a.deposit) * 3600));
        a.maxDuration = maxDuration;
        a.indexerFeeBps = uint16(bound(fee, 0, 10_000 - TREASURY_BPS));
        openLease(a);
        uint256 before = balance(tenant);
        uint256 opened = time();
        skip(elapsed);
        uint256 end = escrow.fundedUntil(a);
        vm.prank(tenant);
        escrow.close(a);
        uint256 seconds_ = time() < end ? elapsed : end - opened;
        uint256 gross = uint256(a.ratePerHour) * seconds_ / 3600;
        if (gross > a.deposit) gross = a.deposit;
        uint256 paid = balance(provider) + balance(indexer) + escrow.feesOwed(address(dollar));
        vm.assertEq(paid, gross);
        vm.assertEq(balance(tenant) - before, a.deposit - gross);
        if (maxDuration != 0) vm.assertLe(end, opened + maxDuration);
    }
}
