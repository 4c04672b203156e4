// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Agreement, LeaseStatus} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {EscrowFixture} from "./EscrowFixture.sol";

contract EscrowBatchesTest is EscrowFixture {
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
