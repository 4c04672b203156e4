// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {CommitRevealBeacon} from "../../solidity/epochs/CommitRevealBeacon.sol";
import {CommitteeDraw} from "../../solidity/epochs/CommitteeDraw.sol";
import {EpochClock} from "../../solidity/epochs/EpochClock.sol";
import {Epochs} from "../../solidity/epochs/Epochs.sol";

import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {EpochsFixture} from "./EpochsFixture.sol";

contract EpochsTest is EpochsFixture {
    // ── the clock ─────────────────────────────────────────────────────────────────────────────────────────────

    function test_clock_countsFromGenesis() public {
        vm.assertEq(epochs.currentEpoch(), 0);
        vm.warp(genesis);
        vm.assertEq(epochs.currentEpoch(), 1);
        vm.warp(genesis + EPOCH);
        vm.assertEq(epochs.currentEpoch(), 2);
        vm.assertEq(epochs.startOf(2), genesis + EPOCH);
        vm.expectRevert(EpochClock.EpochLengthZero.selector);
        new Epochs(registry, beacon, genesis, 0);
    }

    function testFuzz_clock_isConsistent(uint32 ahead) public view {
        uint256 at = uint256(genesis) + ahead;
        uint64 epoch = epochs.epochAt(at);
        vm.assertLe(epochs.startOf(epoch), at);
        vm.assertGt(epochs.startOf(epoch + 1), at);
    }

    // ── freezing and beginning ────────────────────────────────────────────────────────────────────────────────

    function test_freeze_onlyInTheFirstHalfAndOnce() public {
        epochs.freeze();
        vm.expectRevert(abi.encodeWithSelector(Epochs.AlreadyFrozen.selector, 1));
        epochs.freeze();
        vm.warp(genesis + EPOCH / 2);
        vm.expectRevert(abi.encodeWithSelector(Epochs.NotPreparing.selector, 2));
        epochs.freeze();
    }

    function test_freeze_needsACheckerToDraw() public {
        NodeRegistry empty = new NodeRegistry(address(this), networkToken, 0, treasury);
        Epochs none = new Epochs(empty, beacon, genesis, EPOCH);
        vm.expectRevert(Epochs.NoCheckers.selector);
        none.freeze();
    }

    function test_stakeMovedAfterTheFreezeCountsForNothing() public {
        epochs.freeze();
        (address[] memory before, uint96[] memory stakes) = registry.checkers();
        vm.prank(checkerAt(0));
        registry.stake(50e18);
        commitSecret(1, checkerAt(1));
        vm.warp(genesis);
        revealSecret(1, checkerAt(1));
        vm.warp(beacon.revealEndOf(1));
        epochs.begin(1);
        vm.assertEq(epochs.committee(1, "x", 3, before, stakes).length, 3);
        (address[] memory now_, uint96[] memory newStakes) = registry.checkers();
        vm.expectRevert(abi.encodeWithSelector(Epochs.CheckersMismatch.selector, 1));
        epochs.committee(1, "x", 3, now_, newStakes);
    }

    function test_begin_needsTheTimeTheBeaconAndCheckers() public {
        vm.expectRevert(abi.encodeWithSelector(Epochs.EpochNotBegun.selector, 0));
        epochs.begin(0);
        vm.expectRevert(abi.encodeWithSelector(Epochs.EpochNotBegun.selector, 1));
        epochs.begin(1);
        vm.warp(genesis);
        vm.expectRevert(abi.encodeWithSelector(Epochs.BeaconNotReady.selector, 1));
        epochs.begin(1);
        commitSecret(2, checkerAt(0));
        vm.warp(genesis + EPOCH);
        revealSecret(2, checkerAt(0));
        vm.warp(beacon.revealEndOf(2));
        vm.expectRevert(abi.encodeWithSelector(Epochs.NothingFrozen.selector, 2));
        epochs.begin(2);
        vm.expectRevert(abi.encodeWithSelector(Epochs.EpochNotBegun.selector, 2));
        epochs.epochOf(2);
    }

    function test_begin_onceAndWithTheLastSetFrozenBeforeIt() public {
        runInto(1);
        vm.expectRevert(abi.encodeWithSelector(Epochs.EpochAlreadyBegun.selector, 1));
        epochs.begin(1);
        // Nobody froze for 2; by the time it begins, 3 is frozen already, and must not be used.
        vm.warp(epochs.startOf(2) - EPOCH);
        commitSecret(2, checkerAt(0));
        vm.warp(epochs.startOf(2));
        revealSecret(2, checkerAt(0));
        epochs.freeze();
        vm.warp(beacon.revealEndOf(2));
        epochs.begin(2);
        (, uint64 frozenFor) = epochs.epochOf(2);
        vm.assertEq(frozenFor, 1);
    }

    function test_committee_drawsDistinctMembersAndAllAtMost() public {
        runInto(1);
        address[] memory members = epochs.committee(1, "a", 7, frozenCheckers, frozenStakes);
        vm.assertEq(members.length, 7);
        for (uint256 i; i < 7; ++i) {
            for (uint256 j; j < i; ++j) {
                vm.assertTrue(members[i] != members[j]);
            }
        }
        vm.assertEq(epochs.committee(1, "a", 99, frozenCheckers, frozenStakes).length, CHECKERS);
    }

    function test_committee_followsStake() public {
        runInto(1);
        frozenStakes[4] = 1000e18;
        uint256 drawn;
        for (uint256 i; i < 200; ++i) {
            bytes32 purpose = bytes32(i);
            if (drawFirst(purpose) == frozenCheckers[4]) ++drawn;
        }
        // 1,000 of about 1,131: expected 177 of 200.
        vm.assertGt(drawn, 150);
    }

    function drawFirst(bytes32 purpose) private view returns (address) {
        return CommitteeDraw.draw("seed", purpose, 1, frozenCheckers, frozenStakes)[0];
    }

    // ── commit and reveal ─────────────────────────────────────────────────────────────────────────────────────

    function test_commit_onlyByCheckersInTimeOnce() public {
        bytes32 commitment = bytes32("c");
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.NotActiveChecker.selector, stranger));
        vm.prank(stranger);
        beacon.commit(1, commitment);
        vm.startPrank(checkerAt(0));
        vm.expectRevert(CommitRevealBeacon.CommitmentMissing.selector);
        beacon.commit(1, 0);
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.NotPreparing.selector, 2));
        beacon.commit(2, commitment);
        beacon.commit(1, commitment);
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.AlreadyCommitted.selector, 1, checkerAt(0)));
        beacon.commit(1, commitment);
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.NotRevealing.selector, 1));
        beacon.reveal(1, 0);
        vm.stopPrank();
    }

    function test_reveal_ofACopiedCommitmentFails() public {
        bytes32 commitment = beacon.commitmentOf(1, checkerAt(0), "secret");
        vm.prank(checkerAt(0));
        beacon.commit(1, commitment);
        vm.prank(checkerAt(1));
        beacon.commit(1, commitment);
        vm.warp(genesis);
        vm.prank(checkerAt(0));
        beacon.reveal(1, "secret");
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.SecretMismatch.selector, 1, checkerAt(1)));
        vm.prank(checkerAt(1));
        beacon.reveal(1, "secret");
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.AlreadyRevealed.selector, 1, checkerAt(0)));
        vm.prank(checkerAt(0));
        beacon.reveal(1, "secret");
    }

    function test_lastRevealerThatWithholds_losesItsBondAndStopsNothing() public {
        epochs.freeze();
        commitSecret(1, checkerAt(0));
        commitSecret(1, checkerAt(1));
        vm.warp(genesis);
        revealSecret(1, checkerAt(0));
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.RevealNotOver.selector, 1));
        beacon.settleBond(1, checkerAt(0));
        vm.warp(beacon.revealEndOf(1));
        epochs.begin(1);
        uint256 honest = networkToken.balanceOf(checkerAt(0));
        beacon.settleBond(1, checkerAt(0));
        beacon.settleBond(1, checkerAt(1));
        vm.assertEq(networkToken.balanceOf(checkerAt(0)) - honest, BOND);
        vm.assertEq(networkToken.balanceOf(treasury), BOND);
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.NothingToSettle.selector, 1, checkerAt(1)));
        beacon.settleBond(1, checkerAt(1));
        vm.expectRevert();
        beacon.settleBond(1, checkerAt(2));
    }

    /// A seed is made of the secrets, and none of them is on the chain before the epoch has begun.
    function test_seed_isNotKnownBeforeItsEpoch() public {
        epochs.freeze();
        commitSecret(1, checkerAt(0));
        for (uint256 at = genesis - EPOCH; at < genesis; at += EPOCH / 9) {
            vm.warp(at);
            vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.NotRevealing.selector, 1));
            vm.prank(checkerAt(0));
            beacon.reveal(1, secretOf(1, checkerAt(0)));
        }
        vm.warp(genesis - 1);
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.NotRevealing.selector, 1));
        vm.prank(checkerAt(0));
        beacon.reveal(1, secretOf(1, checkerAt(0)));
        vm.warp(genesis);
        revealSecret(1, checkerAt(0));
        // More secrets may come, so nothing is fixed before the time to reveal is over.
        vm.expectRevert(abi.encodeWithSelector(Epochs.BeaconNotReady.selector, 1));
        epochs.begin(1);
        vm.warp(beacon.revealEndOf(1) - 1);
        (, bool ready) = beacon.randomness(1);
        vm.assertFalse(ready);
        vm.warp(beacon.revealEndOf(1));
        vm.expectRevert(abi.encodeWithSelector(CommitRevealBeacon.NotRevealing.selector, 1));
        vm.prank(checkerAt(0));
        beacon.reveal(1, secretOf(1, checkerAt(0)));
        epochs.begin(1);
    }

    /// What withholding buys: the choice between two seeds that nobody knew before the epoch, for a bond. Honest secrets decide both of them.
    function test_lastRevealerThatWithholds_choosesBetweenTwoSeedsForItsBond() public {
        epochs.freeze();
        commitSecret(1, checkerAt(0));
        commitSecret(1, checkerAt(1));
        vm.warp(genesis);
        revealSecret(1, checkerAt(0));
        uint256 before = vm.snapshotState();
        bytes32 withheld = beginFirst();
        vm.revertToState(before);
        revealSecret(1, checkerAt(1));
        vm.assertTrue(beginFirst() != withheld);
        beacon.settleBond(1, checkerAt(1));
        vm.assertEq(networkToken.balanceOf(treasury), 0);
    }

    function beginFirst() private returns (bytes32 seed) {
        vm.warp(beacon.revealEndOf(1));
        epochs.begin(1);
        (seed,) = epochs.epochOf(1);
    }

    function test_withoutABond_nothingMoves() public {
        CommitRevealBeacon free = new CommitRevealBeacon(registry, networkToken, 0, treasury, genesis, EPOCH);
        bytes32 commitment = free.commitmentOf(1, checkerAt(0), "s");
        vm.prank(checkerAt(0));
        free.commit(1, commitment);
        vm.warp(free.revealEndOf(1));
        free.settleBond(1, checkerAt(0));
    }
}

