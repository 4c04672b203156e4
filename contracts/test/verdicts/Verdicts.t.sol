// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {Agreement, LeaseStatus} from "../../solidity/escrow/EscrowTypes.sol";
import {IEscrow} from "../../solidity/escrow/IEscrow.sol";
import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {Case, CaseStatus, IVerdicts, VerdictParameters, Vote} from "../../solidity/verdicts/IVerdicts.sol";
import {VerdictsFixture} from "./VerdictsFixture.sol";

contract VerdictsTest is VerdictsFixture {
    // ── outage ────────────────────────────────────────────────────────────────────────────────────────────────

    function test_outage_isCreditedByTheMedianOnceTheAppealWindowIsOver() public {
        bytes32 caseId = openOutage();
        vote(caseId, 3, 0);
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Upheld));
        uint40 appealUntil = _verdicts.caseOf(caseId).appealUntil;
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AppealStillOpen.selector, caseId, appealUntil));
        _verdicts.executeOutage(caseId, _lease);
        vm.warp(appealUntil);
        uint256 before = escrow.accrued(_lease);
        _verdicts.executeOutage(caseId, _lease);
        vm.assertEq(before - escrow.accrued(_lease), 200);
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.CaseInWrongState.selector, caseId, CaseStatus.Executed)
        );
        _verdicts.executeOutage(caseId, _lease);
    }

    function test_outage_withoutTwoThirdsIsDismissed() public {
        bytes32 caseId = openOutage();
        vote(caseId, 2, 0);
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Dismissed));
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.CaseInWrongState.selector, caseId, CaseStatus.Dismissed)
        );
        _verdicts.executeOutage(caseId, _lease);
    }

    function test_outage_absentMembersCountForTheAccused() public {
        bytes32 caseId = openOutage();
        vote(caseId, 2, 2);
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Dismissed));
    }

    function test_outage_ofALeaseThatEndedOrWasCreditedChangesNothing() public {
        bytes32 caseId = openOutage();
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        vm.prank(provider);
        escrow.creditByProvider(_lease, 1000, "");
        uint256 snapshot = vm.snapshotState();
        _verdicts.executeOutage(caseId, _lease);
        vm.assertEq(escrow.lease(escrow.leaseIdOf(tenant, _lease.salt)).creditSeconds, 1000);
        vm.revertToState(snapshot);
        vm.prank(tenant);
        escrow.close(_lease);
        _verdicts.executeOutage(caseId, _lease);
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Executed));
    }

    function test_outage_onlyOfTheLeaseItIsAbout() public {
        bytes32 caseId = openOutage();
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        Agreement memory other = terms();
        vm.expectRevert();
        _verdicts.executeOutage(caseId, other);
        vm.expectRevert();
        _verdicts.executeAgainstNode(caseId);
    }

    /// The salt and the tenant name the case; everything else of the agreement must be the lease's too, or the credit is not had and the case stays.
    function test_outage_isNotVoidedByAnotherAgreement() public {
        bytes32 caseId = openOutage();
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        bytes32 leaseId = escrow.leaseIdOf(tenant, _lease.salt);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.AgreementMismatch.selector, leaseId));
        vm.prank(provider);
        _verdicts.executeOutage(caseId, dearer(_lease));
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Upheld));
        _verdicts.executeOutage(caseId, _lease);
        vm.assertEq(credited(_lease), 200);
    }

    /// Too little gas leaves the case as it is, and never executes it without its credit.
    function test_outage_isNotVoidedByLittleGas() public {
        bytes32 caseId = openOutage();
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        bytes memory call_ = abi.encodeCall(_verdicts.executeOutage, (caseId, _lease));
        bool executed;
        for (uint256 gas_ = 10_000; gas_ < 200_000 && !executed; gas_ += 500) {
            vm.cool(address(escrow));
            vm.cool(address(_verdicts));
            (executed,) = address(_verdicts).call{gas: gas_}(call_);
            vm.assertEq(credited(_lease), executed ? 200 : 0);
        }
        vm.assertTrue(executed);
    }

    /// Checkers may name more than has passed by the time it is executed, for a lease that ended meanwhile.
    function test_outage_ofMoreThanTheWholeLeaseTakesAllOfItOff() public {
        vm.warp(epochs.startOf(3) - EPOCH);
        Agreement memory short = terms(RATE, 150);
        openLease(short);
        runInto(3);
        bytes32 caseId = openOutage(3, short);
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        uint256 before = balance(tenant);
        _verdicts.executeOutage(caseId, short);
        vm.assertEq(credited(short), 150);
        escrow.close(short);
        vm.assertEq(balance(tenant) - before, 150);
    }

    // ── about what, and how long after ───────────────────────────────────────────────────────────────────────

    function test_open_onlyAboutEpochsWhoseStakeIsStillThere() public {
        vm.warp(epochs.startOf(1 + MOST_AGE + 1) - 1);
        uint256 before = vm.snapshotState();
        openOutage();
        vm.revertToState(before);
        skip(1);
        address member = memberOf(1, _lease);
        bytes memory why =
            abi.encodeWithSelector(IVerdicts.CaseTooOld.selector, 1, 1 + MOST_AGE + 1, MOST_AGE);
        vm.expectRevert(why);
        vm.prank(member);
        _verdicts.openOutage(1, _lease, frozenCheckers, frozenStakes);
    }

    /// Who knows the seed can choose a salt until friends are drawn; so the lease must be there before.
    function test_open_onlyAboutALeaseOlderThanItsEpochsSeed() public {
        vm.warp(epochs.startOf(3) - 1);
        Agreement memory before = terms(RATE, 100 * RATE);
        openLease(before);
        vm.warp(epochs.startOf(3));
        Agreement memory since = terms(RATE, 100 * RATE);
        bytes32 leaseId = openLease(since);
        uint256 start = epochs.startOf(3);
        skip(EPOCH * 2);
        runInto(7);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.LeaseTooYoung.selector, leaseId, start, start));
        _verdicts.openOutage(3, since, frozenCheckers, frozenStakes);
        address member = memberOf(7, before);
        vm.prank(member);
        _verdicts.openOutage(7, before, frozenCheckers, frozenStakes);
    }

    function test_open_onlyAboutAnOpenLeaseByItsOwnAgreement() public {
        address member = memberOf(1, _lease);
        bytes32 leaseId = escrow.leaseIdOf(tenant, _lease.salt);
        vm.startPrank(member);
        Agreement memory wrong = dearer(_lease);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.AgreementMismatch.selector, leaseId));
        _verdicts.openOutage(1, wrong, frozenCheckers, frozenStakes);
        vm.stopPrank();
        vm.prank(tenant);
        escrow.close(_lease);
        vm.expectRevert(abi.encodeWithSelector(IEscrow.LeaseNotOpen.selector, leaseId, LeaseStatus.Closed));
        vm.prank(member);
        _verdicts.openOutage(1, _lease, frozenCheckers, frozenStakes);
    }

    /// A member that took its stake away decides nothing any more, wherever in the case it stands.
    function test_vote_onlyByCheckersThatMayWorkNow() public {
        address opener = memberOf(1, _lease);
        bytes memory why = abi.encodeWithSelector(IVerdicts.NotActiveChecker.selector, opener);
        vm.prank(opener);
        registry.leaveRole(Role.Checker);
        vm.expectRevert(why);
        vm.prank(opener);
        _verdicts.openOutage(1, _lease, frozenCheckers, frozenStakes);
        vm.prank(opener);
        registry.register(Role.Checker, "", 0, address(0), 0);
        bytes32 caseId = openOutage();
        registry.jail(opener, uint40(time()) + 100, "");
        bytes32 commitment = _verdicts.voteCommitment(caseId, opener, against5());
        vm.expectRevert(why);
        vm.prank(opener);
        _verdicts.commitVote(caseId, commitment);
        skip(100);
        vm.prank(opener);
        _verdicts.commitVote(caseId, commitment);
        vm.warp(_verdicts.caseOf(caseId).commitUntil);
        // More is asked of checkers meanwhile than this one has.
        registry.setMinimumStake(Role.Checker, 1000e18, 0);
        vm.expectRevert(why);
        vm.prank(opener);
        _verdicts.revealVote(caseId, against5());
        registry.setMinimumStake(Role.Checker, 0, 0);
        vm.prank(opener);
        _verdicts.revealVote(caseId, against5());
    }

    // ── who votes, and when ───────────────────────────────────────────────────────────────────────────────────

    function test_open_onlyByAMemberAndOnce() public {
        vm.expectRevert();
        vm.prank(stranger);
        _verdicts.openOutage(1, _lease, frozenCheckers, frozenStakes);
        bytes32 caseId = openOutage();
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.CaseExists.selector, caseId));
        _verdicts.openOutage(1, _lease, frozenCheckers, frozenStakes);
    }

    function test_open_needsTheFrozenCheckers() public {
        uint96[] memory stakes = frozenStakes;
        stakes[0] += 1;
        vm.expectRevert(abi.encodeWithSelector(Epochs.CheckersMismatch.selector, 1));
        _verdicts.openOutage(1, _lease, frozenCheckers, stakes);
    }

    function test_vote_rules() public {
        bytes32 caseId = openOutage();
        address member = _verdicts.committeeOf(caseId)[0];
        bytes32 commitment = _verdicts.voteCommitment(caseId, member, against5());
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.NotOnCommittee.selector, caseId, stranger));
        vm.prank(stranger);
        _verdicts.commitVote(caseId, commitment);
        vm.startPrank(member);
        _verdicts.commitVote(caseId, commitment);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AlreadyVoted.selector, caseId, member));
        _verdicts.commitVote(caseId, commitment);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.RevealClosed.selector, caseId));
        _verdicts.revealVote(caseId, against5());
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.VotingNotOver.selector, caseId));
        _verdicts.decide(caseId);
        vm.stopPrank();

        Case memory c = _verdicts.caseOf(caseId);
        vm.warp(c.commitUntil);
        address late = _verdicts.committeeOf(caseId)[1];
        vm.prank(late);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.CommitClosed.selector, caseId));
        _verdicts.commitVote(caseId, commitment);
        vm.prank(late);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.VoteMismatch.selector, caseId, late));
        _verdicts.revealVote(caseId, against5());
        vm.startPrank(member);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.VoteMismatch.selector, caseId, member));
        _verdicts.revealVote(caseId, Vote(false, 5, "e", 0, "salt"));
        _verdicts.revealVote(caseId, against5());
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AlreadyVoted.selector, caseId, member));
        _verdicts.revealVote(caseId, against5());
        vm.stopPrank();
        vm.warp(c.revealUntil);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.RevealClosed.selector, caseId));
        _verdicts.revealVote(caseId, against5());
        _verdicts.decide(caseId);
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.CaseInWrongState.selector, caseId, CaseStatus.Dismissed)
        );
        _verdicts.decide(caseId);
    }

    function test_checkerThatCopiesACommitmentCannotRevealIt() public {
        bytes32 caseId = openOutage();
        address[] memory committee = _verdicts.committeeOf(caseId);
        bytes32 commitment = _verdicts.voteCommitment(caseId, committee[0], against5());
        for (uint256 i; i < 2; ++i) {
            vm.prank(committee[i]);
            _verdicts.commitVote(caseId, commitment);
        }
        vm.warp(_verdicts.caseOf(caseId).commitUntil);
        vm.prank(committee[0]);
        _verdicts.revealVote(caseId, against5());
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.VoteMismatch.selector, caseId, committee[1]));
        vm.prank(committee[1]);
        _verdicts.revealVote(caseId, against5());
    }

    // ── parameters ────────────────────────────────────────────────────────────────────────────────────────────

    function test_parameters_areTheOwnersWithinBounds() public {
        VerdictParameters memory p = parameters();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        _verdicts.setParameters(p);
        p.committeeSize = 0;
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.ParameterInvalid.selector, "committeeSize"));
        _verdicts.setParameters(p);
        p.committeeSize = 16;
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.ParameterInvalid.selector, "committeeSize"));
        _verdicts.setParameters(p);
        p = parameters();
        p.commitSeconds = 0;
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.ParameterInvalid.selector, "commitSeconds"));
        _verdicts.setParameters(p);
        p = parameters();
        p.revealSeconds = 0;
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.ParameterInvalid.selector, "revealSeconds"));
        _verdicts.setParameters(p);
        p = parameters();
        // The longest case, appeal included, ends before stake can leave.
        p.maxCaseAgeEpochs = uint32((7 days - 2 * 1200 - 3600) / EPOCH - 1);
        _verdicts.setParameters(p);
        ++p.maxCaseAgeEpochs;
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.ParameterInvalid.selector, "maxCaseAgeEpochs"));
        _verdicts.setParameters(p);
        p = parameters();
        p.appealBond = 0;
        _verdicts.setParameters(p);
        vm.assertEq(_verdicts.parameters().slashAmount, SLASH);
        bytes32 caseId = openOutage();
        vote(caseId, 4, 0);
        appeal(caseId);
        vote(caseId, 9, 0);
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Upheld));
    }
}
