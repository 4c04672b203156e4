// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {CommitRevealBeacon} from "../../solidity/epochs/CommitRevealBeacon.sol";
import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {IPayouts} from "../../solidity/escrow/EscrowLedger.sol";
import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {EscrowFixture} from "../escrow/EscrowFixture.sol";

/// Ten checkers with stake, a commit–reveal beacon with a bond, and an epoch 1 that has not begun.
abstract contract EpochsFixture is EscrowFixture {
    uint64 internal constant EPOCH = 900;
    uint256 internal constant BOND = 5e18;
    uint256 internal constant CHECKERS = 10;

    CommitRevealBeacon internal beacon;
    Epochs internal epochs;
    uint64 internal genesis;
    address[] internal frozenCheckers;
    uint96[] internal frozenStakes;

    function setUp() public virtual override {
        super.setUp();
        genesis = uint64(time() + EPOCH);
        beacon = new CommitRevealBeacon(registry, networkToken, BOND, treasury, genesis, EPOCH);
        epochs = new Epochs(registry, beacon, genesis, EPOCH);
        for (uint256 i; i < CHECKERS; ++i) {
            address who = checkerAt(i);
            networkToken.transfer(who, 100e18);
            vm.startPrank(who);
            networkToken.approve(address(registry), type(uint256).max);
            networkToken.approve(address(beacon), type(uint256).max);
            registry.stake(uint96(10e18 + i * 1e18));
            registry.register(Role.Checker, "", 0, address(0), 0);
            vm.stopPrank();
        }
    }

    function checkerKey(uint256 i) internal pure returns (uint256) {
        return 0xC4EC0 + i;
    }

    function checkerAt(uint256 i) internal pure returns (address) {
        return vm.addr(checkerKey(i));
    }

    function keyOf(address checker) internal pure returns (uint256) {
        for (uint256 i; i < CHECKERS; ++i) {
            if (checkerAt(i) == checker) return checkerKey(i);
        }
        return 0;
    }

    function secretOf(uint64 epoch, address who) internal pure returns (bytes32) {
        return keccak256(abi.encode("secret", epoch, who));
    }

    function commitSecret(uint64 epoch, address who) internal {
        bytes32 commitment = beacon.commitmentOf(epoch, who, secretOf(epoch, who));
        vm.prank(who);
        beacon.commit(epoch, commitment);
    }

    function revealSecret(uint64 epoch, address who) internal {
        vm.prank(who);
        beacon.reveal(epoch, secretOf(epoch, who));
    }

    /// Freezes, commits, reveals and begins an epoch that is still ahead.
    function runInto(uint64 epoch) internal {
        vm.warp(epochs.startOf(epoch) - EPOCH);
        epochs.freeze();
        (frozenCheckers, frozenStakes) = registry.checkers();
        for (uint256 i; i < 3; ++i) {
            commitSecret(epoch, checkerAt(i));
        }
        vm.warp(epochs.startOf(epoch));
        for (uint256 i; i < 3; ++i) {
            revealSecret(epoch, checkerAt(i));
        }
        vm.warp(beacon.revealEndOf(epoch));
        epochs.begin(epoch);
    }
}
