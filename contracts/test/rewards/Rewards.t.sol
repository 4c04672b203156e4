// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {ChallengeBonds} from "../../solidity/rewards/ChallengeBonds.sol";
import {ClassUse, Emission} from "../../solidity/rewards/Emission.sol";
import {Claim, EpochReport, Quorum, Rewards} from "../../solidity/rewards/Rewards.sol";
import {NetworkToken} from "../../solidity/token/NetworkToken.sol";
import {EpochsFixture} from "../epochs/EpochsFixture.sol";

contract RewardsTest is EpochsFixture {
    uint96 private constant BOND_CHALLENGE = 1e18;
    Rewards private _rewards;
    address private _alice = address(0xA11);
    address private _bob = address(0xB0B0);

    function schedule() private pure returns (Emission.Schedule memory) {
        return Emission.Schedule(1000e18, 4, 8000, 2000, 2000, 2, 40_000);
    }

    function parameters() private pure returns (Rewards.Parameters memory) {
        return Rewards.Parameters({
            challengeSeconds: 600, committeeSize: 4, maxReportAgeEpochs: 4, challengeBond: BOND_CHALLENGE
        });
    }

    function setUp() public override {
        super.setUp();
        _rewards = new Rewards(address(this), networkToken, epochs, registry, parameters(), schedule());
        networkToken.setMinter(address(_rewards));
        runInto(1);
    }

    // ── helpers ───────────────────────────────────────────────────────────────────────────────────────────────

    /// One class, used exactly as it should be.
    function classes() private pure returns (ClassUse[] memory list) {
        list = new ClassUse[](1);
        list[0] = ClassUse("h100/eu", 10_000, 5000, 5000);
    }

    /// A tree of two leaves.
    function rootOf(uint256 alice, uint256 bob) private view returns (bytes32) {
        bytes32 a = _rewards.leafOf(_alice, alice);
        bytes32 b = _rewards.leafOf(_bob, bob);
        return a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
    }

    function proofFor(address other, uint256 cumulative) private view returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = _rewards.leafOf(other, cumulative);
    }

    function report(uint64 epoch, uint256 alice, uint256 bob, uint96 made)
        private
        view
        returns (EpochReport memory)
    {
        return EpochReport(epoch, rootOf(alice, bob), made / 2, made - made / 2);
    }

    function quorum(
        EpochReport memory r,
        ClassUse[] memory used,
        bytes32 purpose,
        uint256 size,
        uint256 signers
    ) private view returns (Quorum memory) {
        return quorum(r, used, purpose, size, signers, purpose == "rewards" ? address(0) : _bob);
    }

    function quorum(
        EpochReport memory r,
        ClassUse[] memory used,
        bytes32 purpose,
        uint256 size,
        uint256 signers,
        address challenger
    ) private view returns (Quorum memory) {
        address[] memory committee = epochs.committee(r.epoch, purpose, size, frozenCheckers, frozenStakes);
        bytes[] memory signatures = new bytes[](committee.length);
        bytes32 digest = _rewards.hashReport(r, used, challenger);
        for (uint256 i; i < signers; ++i) {
            signatures[i] = sign(keyOf(committee[i]), digest);
        }
        return Quorum(frozenCheckers, frozenStakes, signatures);
    }

    function propose(EpochReport memory r) private {
        _rewards.propose(r, classes(), quorum(r, classes(), "rewards", 4, 3));
    }

    function makeFinal(uint64 epoch, uint256 alice, uint256 bob, uint96 made) private {
        propose(report(epoch, alice, bob, made));
        vm.warp(_rewards.pending().challengeUntil);
        _rewards.finalize();
    }

    // ── reports and claims ────────────────────────────────────────────────────────────────────────────────────

    function test_report_becomesFinalAndIsClaimedOnceForAllEpochs() public {
        makeFinal(1, 60e18, 40e18, 100e18);
        vm.assertEq(networkToken.balanceOf(address(_rewards)), 100e18);
        _rewards.claim(_alice, 60e18, proofFor(_bob, 40e18));
        vm.assertEq(networkToken.balanceOf(_alice), 60e18);
        bytes32[] memory proof = proofFor(_bob, 40e18);
        vm.expectRevert(abi.encodeWithSelector(Rewards.NothingToClaim.selector, _alice));
        _rewards.claim(_alice, 60e18, proof);
        runInto(3);
        makeFinal(3, 90e18, 70e18, 60e18);
        _rewards.claim(_alice, 90e18, proofFor(_bob, 70e18));
        _rewards.claim(_bob, 70e18, proofFor(_alice, 90e18));
        vm.assertEq(networkToken.balanceOf(_alice), 90e18);
        vm.assertEq(networkToken.balanceOf(_bob), 70e18);
        vm.assertEq(networkToken.balanceOf(address(_rewards)), 0);
        vm.assertEq(_rewards.claimed(_alice), 90e18);
    }

    function test_claim_goesToThePayoutAddress() public {
        vm.prank(_alice);
        registry.register(Role.Indexer, "x", bytes32("key"), address(0xC01D), 0);
        makeFinal(1, 60e18, 40e18, 100e18);
        vm.prank(stranger);
        _rewards.claim(_alice, 60e18, proofFor(_bob, 40e18));
        vm.assertEq(networkToken.balanceOf(address(0xC01D)), 60e18);
    }

    function test_claim_goesWhereTheRegistryToldItWithoutAsking() public {
        registry.setRewards(_rewards);
        vm.prank(_alice);
        registry.register(Role.Indexer, "x", bytes32("key"), address(0), 0);
        makeFinal(1, 60e18, 40e18, 100e18);
        _rewards.claim(_alice, 60e18, proofFor(_bob, 40e18));
        vm.assertEq(networkToken.balanceOf(_alice), 60e18);
        // Taking another role may name the payout address for the first time; from then on only that address changes it.
        vm.prank(_alice);
        registry.register(Role.Checker, "x", bytes32("key"), address(0xC01D), 0);
        runInto(3);
        makeFinal(3, 90e18, 70e18, 60e18);
        _rewards.claim(_alice, 90e18, proofFor(_bob, 70e18));
        vm.assertEq(networkToken.balanceOf(address(0xC01D)), 30e18);
        vm.prank(address(0xC01D));
        registry.setPayout(_alice, address(0xC01E));
        runInto(5);
        makeFinal(5, 95e18, 70e18, 5e18);
        _rewards.claim(_alice, 95e18, proofFor(_bob, 70e18));
        vm.assertEq(networkToken.balanceOf(address(0xC01E)), 5e18);
    }

    function test_claim_takesAChangedPayoutAddressOverWhenTold() public {
        makeFinal(1, 60e18, 40e18, 100e18);
        _rewards.claim(_alice, 60e18, proofFor(_bob, 40e18));
        vm.startPrank(_alice);
        registry.register(Role.Indexer, "x", bytes32("key"), address(0xC01D), 0);
        vm.stopPrank();
        _rewards.refreshPayout(_alice);
        runInto(3);
        makeFinal(3, 90e18, 70e18, 60e18);
        _rewards.claim(_alice, 90e18, proofFor(_bob, 70e18));
        vm.assertEq(networkToken.balanceOf(address(0xC01D)), 30e18);
    }

    function test_bondsAreNobodysRewards() public {
        makeFinal(1, 60e18, 41e18, 100e18);
        runInto(3);
        propose(report(3, 60e18, 41e18, 0));
        challenge();
        _rewards.claim(_alice, 60e18, proofFor(_bob, 41e18));
        bytes32[] memory proof = proofFor(_alice, 60e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(_rewards), 40e18, 41e18
            )
        );
        _rewards.claim(_bob, 41e18, proof);
        vm.warp(_rewards.pending().challengeUntil);
        _rewards.drop();
        vm.assertEq(networkToken.balanceOf(_bob), BOND_CHALLENGE);
    }

    function test_bondsArePaidOutByTheRewardsContractAlone() public {
        ChallengeBonds bonds = _rewards.bonds();
        vm.prank(_bob);
        vm.expectRevert(abi.encodeWithSelector(ChallengeBonds.NotRewards.selector, _bob, address(_rewards)));
        bonds.pay(_bob, 1);
    }

    function test_claim_needsAProof() public {
        makeFinal(1, 60e18, 40e18, 100e18);
        bytes32[] memory proof = proofFor(_bob, 40e18);
        vm.expectRevert(abi.encodeWithSelector(Rewards.ProofInvalid.selector, _alice));
        _rewards.claim(_alice, 61e18, proof);
        vm.expectRevert(abi.encodeWithSelector(Rewards.ProofInvalid.selector, stranger));
        _rewards.claim(stranger, 60e18, proof);
    }

    function test_claims_neverExceedEmissionWhateverTheRootSays() public {
        makeFinal(1, 60e18, 41e18, 100e18);
        _rewards.claim(_alice, 60e18, proofFor(_bob, 41e18));
        bytes32[] memory proof = proofFor(_alice, 60e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(_rewards), 40e18, 41e18
            )
        );
        _rewards.claim(_bob, 41e18, proof);
    }

    function test_claimBatch_passesOverWhatIsClaimed() public {
        makeFinal(1, 60e18, 40e18, 100e18);
        _rewards.claim(_alice, 60e18, proofFor(_bob, 40e18));
        Claim[] memory claims = new Claim[](2);
        claims[0] = Claim(_alice, 60e18, proofFor(_bob, 40e18));
        claims[1] = Claim(_bob, 40e18, proofFor(_alice, 60e18));
        _rewards.claimBatch(claims);
        vm.assertEq(networkToken.balanceOf(_bob), 40e18);
    }

    function test_propose_needsMoreThanTwoThirdsOfTheCommittee() public {
        EpochReport memory r = report(1, 1, 1, 2);
        Quorum memory q = quorum(r, classes(), "rewards", 4, 2);
        vm.expectRevert(abi.encodeWithSelector(Rewards.QuorumMissing.selector, 2, 4));
        _rewards.propose(r, classes(), q);
        q = quorum(r, classes(), "rewards", 4, 4);
        // The same member's signature twice counts once, for the places are fixed.
        q.signatures[1] = q.signatures[0];
        q.signatures[2] = q.signatures[0];
        vm.expectRevert(abi.encodeWithSelector(Rewards.QuorumMissing.selector, 2, 4));
        _rewards.propose(r, classes(), q);
        q.signatures = new bytes[](3);
        vm.expectRevert(abi.encodeWithSelector(Rewards.SignatureCountWrong.selector, 3, 4));
        _rewards.propose(r, classes(), q);
    }

    function test_propose_oneAtATimeAndForwards() public {
        EpochReport memory r = report(1, 1, 1, 2);
        propose(r);
        Quorum memory q = quorum(r, classes(), "rewards", 4, 3);
        vm.expectRevert(abi.encodeWithSelector(Rewards.ReportStands.selector, 1));
        _rewards.propose(r, classes(), q);
        vm.warp(_rewards.pending().challengeUntil - 1);
        uint40 until = _rewards.pending().challengeUntil;
        vm.expectRevert(abi.encodeWithSelector(Rewards.ChallengeOpen.selector, until));
        _rewards.finalize();
        vm.warp(until);
        _rewards.finalize();
        vm.expectRevert(Rewards.ReportNotPending.selector);
        _rewards.finalize();
        vm.expectRevert(abi.encodeWithSelector(Rewards.EpochOutOfOrder.selector, 1, 1));
        _rewards.propose(r, classes(), q);
    }

    function test_propose_notMoreThanTheEpochMayMake() public {
        // Half used of half targeted: capacity's share is 50 %, ungated.
        (uint256 capacity, uint256 delivery) = _rewards.allowedEmission(1, classes());
        vm.assertEq(capacity, 500e18);
        vm.assertEq(delivery, 500e18);
        EpochReport memory r = EpochReport(1, rootOf(1, 1), 500e18 + 1, 0);
        Quorum memory q = quorum(r, classes(), "rewards", 4, 3);
        vm.expectRevert(abi.encodeWithSelector(Rewards.EmissionTooHigh.selector, 500e18 + 1, 500e18));
        _rewards.propose(r, classes(), q);
        r = EpochReport(1, rootOf(1, 1), 0, 500e18 + 1);
        q = quorum(r, classes(), "rewards", 4, 3);
        vm.expectRevert(abi.encodeWithSelector(Rewards.EmissionTooHigh.selector, 500e18 + 1, 500e18));
        _rewards.propose(r, classes(), q);
    }

    function test_propose_neverPastTheCap() public {
        Emission.Schedule memory s = schedule();
        s.first = 400_000_000e18;
        _rewards.setSchedule(s);
        vm.assertEq(_rewards.schedule().first, s.first);
        makeFinal(1, 1, 1, 400_000_000e18);
        runInto(3);
        EpochReport memory r = report(3, 1, 1, 2);
        Quorum memory q = quorum(r, classes(), "rewards", 4, 3);
        vm.expectRevert(
            abi.encodeWithSelector(Rewards.EmissionCapReached.selector, 400_000_000e18 + 2, 400_000_000e18)
        );
        _rewards.propose(r, classes(), q);
    }

    // ── challenges ────────────────────────────────────────────────────────────────────────────────────────────

    function challenge() private {
        networkToken.transfer(_bob, BOND_CHALLENGE);
        vm.startPrank(_bob);
        networkToken.approve(address(_rewards), BOND_CHALLENGE);
        _rewards.challenge();
        vm.stopPrank();
    }

    function test_challenge_holdsAReportUntilALargerCommitteeUpholdsIt() public {
        EpochReport memory r = report(1, 60e18, 40e18, 100e18);
        propose(r);
        challenge();
        vm.warp(_rewards.pending().challengeUntil);
        vm.expectRevert(Rewards.ReportNotPending.selector);
        _rewards.finalize();
        vm.expectRevert(Rewards.ReportNotPending.selector);
        _rewards.challenge();
        Quorum memory q = quorum(r, classes(), "rewards-challenge", 9, 6);
        vm.expectRevert(abi.encodeWithSelector(Rewards.QuorumMissing.selector, 6, 9));
        _rewards.uphold(r, classes(), q);
        q = quorum(r, classes(), "rewards-challenge", 9, 7);
        uint256 before = networkToken.balanceOf(address(this));
        _rewards.uphold(r, classes(), q);
        vm.assertEq(_rewards.lastFinalEpoch(), 1);
        vm.assertEq(networkToken.balanceOf(address(this)) - before, BOND_CHALLENGE);
    }

    /// Where all checkers fit into one committee, those who proposed a report would uphold it too by what they signed before.
    function test_challenge_isNotAnsweredByTheSignaturesThatProposed() public {
        Rewards.Parameters memory p = parameters();
        p.committeeSize = 10;
        _rewards.setParameters(p);
        EpochReport memory r = report(1, 60e18, 40e18, 100e18);
        Quorum memory old = quorum(r, classes(), "rewards", 10, 10);
        _rewards.propose(r, classes(), old);
        challenge();
        // The same members in the larger committee's order.
        Quorum memory q = quorum(r, classes(), "rewards-challenge", 21, 10, address(0));
        vm.expectRevert(abi.encodeWithSelector(Rewards.QuorumMissing.selector, 0, 10));
        _rewards.uphold(r, classes(), q);
        // Nor by what was said to somebody else's challenge.
        q = quorum(r, classes(), "rewards-challenge", 21, 10, stranger);
        vm.expectRevert(abi.encodeWithSelector(Rewards.QuorumMissing.selector, 0, 10));
        _rewards.uphold(r, classes(), q);
        _rewards.uphold(r, classes(), quorum(r, classes(), "rewards-challenge", 21, 10));
        vm.assertEq(_rewards.lastFinalEpoch(), 1);
    }

    function test_challenge_itsBondIsWhatWasPutUp() public {
        propose(report(1, 60e18, 40e18, 100e18));
        challenge();
        Rewards.Parameters memory p = parameters();
        p.challengeBond = 7 * BOND_CHALLENGE;
        _rewards.setParameters(p);
        vm.warp(_rewards.pending().challengeUntil);
        _rewards.drop();
        vm.assertEq(networkToken.balanceOf(_bob), BOND_CHALLENGE);
    }

    function test_propose_onlyAboutEpochsWhoseStakeIsStillThere() public {
        EpochReport memory r = report(1, 1, 1, 2);
        Quorum memory q = quorum(r, classes(), "rewards", 4, 3);
        vm.warp(epochs.startOf(6));
        vm.expectRevert(abi.encodeWithSelector(Rewards.ReportTooOld.selector, 1, 6, 4));
        _rewards.propose(r, classes(), q);
        vm.warp(epochs.startOf(6) - 1);
        _rewards.propose(r, classes(), q);
    }

    function test_parameters_areTheOwnersWithinBounds() public {
        Rewards.Parameters memory p = parameters();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        _rewards.setParameters(p);
        p.committeeSize = 0;
        vm.expectRevert(abi.encodeWithSelector(Rewards.ParameterInvalid.selector, "committeeSize"));
        _rewards.setParameters(p);
        p.committeeSize = 16;
        vm.expectRevert(abi.encodeWithSelector(Rewards.ParameterInvalid.selector, "committeeSize"));
        _rewards.setParameters(p);
        p = parameters();
        p.challengeSeconds = 0;
        vm.expectRevert(abi.encodeWithSelector(Rewards.ParameterInvalid.selector, "challengeSeconds"));
        _rewards.setParameters(p);
        p = parameters();
        p.maxReportAgeEpochs = uint32((7 days - 2 * 600) / EPOCH - 1);
        _rewards.setParameters(p);
        vm.assertEq(_rewards.parameters().maxReportAgeEpochs, p.maxReportAgeEpochs);
        ++p.maxReportAgeEpochs;
        vm.expectRevert(abi.encodeWithSelector(Rewards.ParameterInvalid.selector, "maxReportAgeEpochs"));
        _rewards.setParameters(p);
    }

    function test_challenge_thatNobodyAnswersDropsTheReport() public {
        propose(report(1, 60e18, 40e18, 100e18));
        vm.prank(stranger);
        vm.expectRevert(Rewards.ReportNotChallenged.selector);
        _rewards.drop();
        challenge();
        uint40 until = _rewards.pending().challengeUntil;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Rewards.ChallengeOpen.selector, until));
        _rewards.drop();
        vm.warp(until);
        vm.prank(stranger);
        _rewards.drop();
        vm.assertEq(networkToken.balanceOf(_bob), BOND_CHALLENGE);
        vm.assertEq(_rewards.totalEmitted(), 0);
        vm.expectRevert(Rewards.ReportNotPending.selector);
        _rewards.drop();
        propose(report(1, 50e18, 50e18, 100e18));
        _rewards.drop();
    }

    function test_challenge_inTimeOnly() public {
        propose(report(1, 1, 1, 2));
        uint40 until = _rewards.pending().challengeUntil;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(Rewards.ChallengeOver.selector, until));
        _rewards.challenge();
    }

    function test_uphold_onlyTheReportThatIsChallenged() public {
        EpochReport memory r = report(1, 60e18, 40e18, 100e18);
        Quorum memory q = quorum(r, classes(), "rewards-challenge", 9, 9);
        vm.expectRevert(Rewards.ReportNotChallenged.selector);
        _rewards.uphold(r, classes(), q);
        propose(r);
        challenge();
        EpochReport memory other = report(1, 61e18, 39e18, 100e18);
        vm.expectRevert(Rewards.ReportNotPending.selector);
        _rewards.uphold(other, classes(), q);
        other = report(1, 60e18, 40e18, 99e18);
        vm.expectRevert(Rewards.ReportNotPending.selector);
        _rewards.uphold(other, classes(), q);
    }

    function test_withoutABond_challengesMoveNoMoney() public {
        Rewards.Parameters memory p = parameters();
        p.challengeBond = 0;
        Rewards free = new Rewards(address(this), networkToken, epochs, registry, p, schedule());
        _rewards = free;
        networkToken.setMinter(address(free));
        EpochReport memory r = EpochReport(1, rootOf(0, 0), 0, 0);
        propose(r);
        free.challenge();
        Quorum memory q = quorum(r, classes(), "rewards-challenge", 9, 9, address(this));
        free.uphold(r, classes(), q);
        vm.assertEq(free.totalEmitted(), 0);
    }

    // ── the schedule ──────────────────────────────────────────────────────────────────────────────────────────

    function use(uint16 weight, uint16 utilisation, uint16 target_)
        private
        pure
        returns (ClassUse[] memory list)
    {
        list = new ClassUse[](1);
        list[0] = ClassUse("c", weight, utilisation, target_);
    }

    function test_emission_gatesAClassByUse() public view {
        // Unused in epoch 1: all of it gated to the floor of a fifth, and of that four fifths to capacity.
        (uint256 capacity, uint256 delivery) = _rewards.allowedEmission(1, use(10_000, 0, 5000));
        vm.assertEq(capacity, 160e18);
        vm.assertEq(delivery, 40e18);
        // Half used of what is wanted: half of it, and of that 65 in a hundred to capacity.
        (capacity, delivery) = _rewards.allowedEmission(1, use(10_000, 2500, 5000));
        vm.assertEq(capacity, 325e18);
        vm.assertEq(delivery, 175e18);
        // Two epochs later the floor has halved.
        (capacity,) = _rewards.allowedEmission(3, use(10_000, 0, 5000));
        vm.assertEq(capacity, 80e18);
        // Fully used (and reported as more): a fifth to capacity, ungated.
        (capacity, delivery) = _rewards.allowedEmission(1, use(10_000, 20_000, 5000));
        vm.assertEq(capacity, 200e18);
        vm.assertEq(delivery, 800e18);
    }

    function test_emission_halvesAndEnds() public view {
        (uint256 capacity, uint256 delivery) = _rewards.allowedEmission(4, use(10_000, 5000, 5000));
        vm.assertEq(capacity + delivery, 500e18);
        (capacity, delivery) = _rewards.allowedEmission(4 * 128, use(10_000, 5000, 5000));
        vm.assertEq(capacity + delivery, 0);
    }

    function test_emission_refusesImpossibleClasses() public {
        vm.expectRevert(abi.encodeWithSelector(Emission.ClassWeightsTooHigh.selector, 10_001));
        _rewards.allowedEmission(1, use(10_001, 1, 1));
        vm.expectRevert(abi.encodeWithSelector(Emission.ClassTargetZero.selector, bytes32("c")));
        _rewards.allowedEmission(1, use(1, 1, 0));
    }

    function classesOf(bytes32 a, uint16 weightA, bytes32 b, uint16 weightB)
        private
        pure
        returns (ClassUse[] memory list)
    {
        list = new ClassUse[](2);
        list[0] = ClassUse(a, weightA, 5000, 5000);
        list[1] = ClassUse(b, weightB, 5000, 5000);
    }

    function test_emission_countsNoClassTwice() public {
        vm.expectRevert(abi.encodeWithSelector(Emission.ClassesNotSorted.selector, bytes32("a")));
        _rewards.allowedEmission(1, classesOf("a", 5000, "a", 5000));
        vm.expectRevert(abi.encodeWithSelector(Emission.ClassesNotSorted.selector, bytes32("a")));
        _rewards.allowedEmission(1, classesOf("b", 5000, "a", 5000));
        _rewards.allowedEmission(1, classesOf("a", 5000, "b", 5000));
    }

    function test_emission_boundsWhatScarcityWeighs() public {
        Emission.Schedule memory s = schedule();
        // At most half as much again as an equal share, which is 5,000.
        s.scarcityCapBps = 15_000;
        _rewards.setSchedule(s);
        _rewards.allowedEmission(1, classesOf("a", 7500, "b", 2500));
        vm.expectRevert(
            abi.encodeWithSelector(Emission.ClassWeightTooHigh.selector, bytes32("a"), 7501, 7500)
        );
        _rewards.allowedEmission(1, classesOf("a", 7501, "b", 2499));
    }

    function testFuzz_emission_neverExceedsTheBudget(
        uint64 epoch,
        uint16[4] memory w,
        uint16[4] memory u,
        uint16[4] memory t
    ) public view {
        ClassUse[] memory list = new ClassUse[](4);
        uint256 left = 10_000;
        for (uint256 i; i < 4; ++i) {
            uint16 weight = uint16(bound(w[i], 0, left));
            left -= weight;
            list[i] = ClassUse(bytes32(i), weight, u[i], uint16(bound(t[i], 1, type(uint16).max)));
        }
        (uint256 capacity, uint256 delivery) = _rewards.allowedEmission(epoch, list);
        uint256 halvings = epoch / 4;
        vm.assertLe(capacity + delivery, halvings > 127 ? 0 : uint256(1000e18) >> halvings);
    }

    function test_schedule_isTheOwnersAndConsistent() public {
        Emission.Schedule memory s = schedule();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        _rewards.setSchedule(s);
        for (uint256 i; i < 6; ++i) {
            s = schedule();
            if (i == 5) s.scarcityCapBps = 9999;
            if (i == 0) s.halving = 0;
            if (i == 1) s.floorHalving = 0;
            if (i == 2) s.capacityShareIdleBps = 10_001;
            if (i == 3) s.capacityShareFullBps = 8001;
            if (i == 4) s.floorBps = 10_001;
            vm.expectRevert(Rewards.ScheduleInvalid.selector);
            _rewards.setSchedule(s);
        }
    }
}
