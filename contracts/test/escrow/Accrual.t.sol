// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Accrual} from "../../solidity/escrow/Accrual.sol";
import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {Base} from "../Base.sol";

contract AccrualTest is Base {
    function accrued(Agreement calldata a, uint256 total, uint256 credit, uint256 end, uint256 now_)
        external
        pure
        returns (uint256)
    {
        return Accrual.accrued(a, 1000, total, credit, end, now_);
    }

    function fundedUntil(Agreement calldata a, uint256 total, uint256 credit)
        external
        pure
        returns (uint256)
    {
        return Accrual.fundedUntil(a, 1000, total, credit);
    }

    function at(uint96 rate, uint32 maxDuration) private pure returns (Agreement memory a) {
        a.ratePerHour = rate;
        a.maxDuration = maxDuration;
    }

    function test_accrued_neverPassesTheDepositWhateverEndItIsGiven() public view {
        vm.assertEq(this.accrued(at(3600, 0), 50, 0, 100_000, 90_000), 50);
    }

    function test_accrued_roundsDown() public view {
        vm.assertEq(this.accrued(at(3599, 0), 50, 0, 2000, 1001), 0);
        vm.assertEq(this.accrued(at(3599, 0), 50, 0, 2000, 1002), 1);
    }

    function testFuzz_accrued_atTheEndIsWhatTheDepositBuys(
        uint96 rate,
        uint96 total,
        uint32 maxDuration,
        uint32 credit
    ) public view {
        Agreement memory a = at(rate, maxDuration);
        uint256 end = this.fundedUntil(a, total, credit);
        uint256 all = this.accrued(a, total, credit, end, end);
        vm.assertLe(all, total);
        // Less than a second's pay is left, unless the duration ended it, or nothing is asked for.
        if (rate != 0 && maxDuration == 0 && end < type(uint40).max) {
            vm.assertLt((uint256(total) - all) * 3600, uint256(rate) + 3600);
        }
    }
}
