// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {Base} from "../Base.sol";

contract TokensTest is Base {
    function test_networkToken_isMintedOnlyByItsMinterUpToTheCap() public {
        NetworkToken token = new NetworkToken(address(this), address(this), 5);
        vm.expectRevert(abi.encodeWithSelector(NetworkToken.NotMinter.selector, address(this), address(0)));
        token.mint(address(this), 1);
        token.setMinter(address(this));
        uint256 cap = token.CAP();
        vm.expectRevert(abi.encodeWithSelector(NetworkToken.CapExceeded.selector, cap + 1, cap));
        token.mint(address(this), cap - 4);
        token.mint(address(this), cap - 5);
        vm.assertEq(token.totalSupply(), cap);
        vm.expectRevert(abi.encodeWithSelector(NetworkToken.CapExceeded.selector, cap + 1, cap));
        new NetworkToken(address(this), address(this), cap + 1);
        vm.prank(address(1));
        vm.expectRevert();
        token.setMinter(address(1));
    }

    function test_networkToken_votesByTheSecond() public {
        vm.warp(1_800_000_000);
        NetworkToken token = new NetworkToken(address(this), address(this), 5);
        token.delegate(address(this));
        vm.assertEq(token.clock(), 1_800_000_000);
        vm.assertEq(token.CLOCK_MODE(), "mode=timestamp");
        skip(1);
        vm.assertEq(token.getPastVotes(address(this), 1_800_000_000), 5);
        vm.assertEq(token.nonces(address(this)), 0);
    }

    function test_testDollar_isForEverybody() public {
        TestDollar dollar = new TestDollar();
        vm.prank(address(7));
        dollar.mint(address(8), 9);
        vm.assertEq(dollar.balanceOf(address(8)), 9);
        vm.assertEq(dollar.decimals(), 6);
    }
}
