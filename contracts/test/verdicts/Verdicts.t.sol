// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

import {Epochs} from "../../solidity/epochs/Epochs.sol";
import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {Case, CaseKind, CaseStatus, IVerdicts, Statement} from "../../solidity/verdicts/IVerdicts.sol";
import {Verdicts} from "../../solidity/verdicts/Verdicts.sol";
import {EpochsFixture} from "../epochs/EpochsFixture.sol";

contract VerdictsTest is EpochsFixture {
    uint96 private constant SLASH = 4e18;
    uint96 private constant APPEAL_BOND = 1e18;
    Verdicts private _verdicts;
    Agreement private _lease;

    function parameters() private pure returns (Verdicts.Parameters memory) {
        return Verdicts.Parameters(4, 600, 600, 3600, 1 days, SLASH, APPEAL_BOND);
    }

    function setUp() public override {
        super.setUp();
        _verdicts =
            new Verdicts(address(this), epochs, registry, escrow, networkToken, treasury, parameters());
        escrow.setVerdicts(address(_verdicts));
        registry.setVerdicts(address(_verdicts));
        networkToken.transfer(provider, 10e18);
        vm.startPrank(provider);
        networkToken.approve(address(registry), type(uint256).max);
        networkToken.approve(address(_verdicts), type(uint256).max);
        registry.stake(10e18);
        registry.register(Role.Provider, "https://p", bytes32("key"), address(0), 0);
        vm.stopPrank();
        runInto(1);
        _lease = terms(RATE, 100 * RATE);
        openLease(_lease);
        skip(500);
    }

    // ── helpers ───────────────────────────────────────────────────────────────────────────────────────────────

    function openOutage() private returns (bytes32 caseId) {
        bytes32 leaseId = escrow.leaseIdOf(tenant, _lease.salt);
        caseId = _verdicts.caseIdOf(1, CaseKind.Outage, leaseId);
        address[] memory committee =
            epochs.committee(1, keccak256(abi.encode(caseId, false)), 4, frozenCheckers, frozenStakes);
        vm.prank(committee[0]);
        _verdicts.openOutage(1, _lease, frozenCheckers, frozenStakes);
    }

    function openAgainst(CaseKind kind, bytes memory signature) private returns (bytes32 caseId) {
        caseId = _verdicts.caseIdOf(1, kind, bytes32(uint256(uint160(provider))));
        address[] memory committee =
            epochs.committee(1, keccak256(abi.encode(caseId, false)), 4, frozenCheckers, frozenStakes);
        vm.prank(committee[1]);
        _verdicts.openAgainstNode(
            1, kind, provider, statement("root"), signature, frozenCheckers, frozenStakes
        );
    }

    function statement(bytes32 content) private view returns (Statement memory) {
        return Statement(provider, 1, "device", content);
    }

    function signed(Statement memory s) private view returns (bytes memory) {
        return sign(PROVIDER_KEY, _verdicts.hashStatement(s));
    }

    /// The first `against` members vote against, the next `absent` do nothing, the others for.
    function vote(bytes32 caseId, uint256 against, uint256 absent) private {
        address[] memory committee = _verdicts.committeeOf(caseId);
        for (uint256 i; i < committee.length; ++i) {
            if (i >= against && i < against + absent) continue;
            bytes32 commitment =
                _verdicts.voteCommitment(caseId, committee[i], i < against, valueOf(i), "e", "salt");
            vm.prank(committee[i]);
            _verdicts.commitVote(caseId, commitment);
        }
        vm.warp(_verdicts.caseOf(caseId).commitUntil);
        for (uint256 i; i < committee.length; ++i) {
            if (i >= against && i < against + absent) continue;
            vm.prank(committee[i]);
            _verdicts.revealVote(caseId, i < against, valueOf(i), "e", "salt");
        }
        vm.warp(_verdicts.caseOf(caseId).revealUntil);
        _verdicts.decide(caseId);
    }

    /// 300, 100, 200, 400: the lower median of three is 200.
    function valueOf(uint256 i) private pure returns (uint32) {
        return [uint32(300), 100, 200, 400][i % 4];
    }

    function statusOf(bytes32 caseId) private view returns (uint256) {
        return uint256(_verdicts.caseOf(caseId).status);
    }

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
        bytes32 commitment = _verdicts.voteCommitment(caseId, member, true, 5, "e", "salt");
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.NotOnCommittee.selector, caseId, stranger));
        vm.prank(stranger);
        _verdicts.commitVote(caseId, commitment);
        vm.startPrank(member);
        _verdicts.commitVote(caseId, commitment);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AlreadyVoted.selector, caseId, member));
        _verdicts.commitVote(caseId, commitment);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.RevealClosed.selector, caseId));
        _verdicts.revealVote(caseId, true, 5, "e", "salt");
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
        _verdicts.revealVote(caseId, true, 5, "e", "salt");
        vm.startPrank(member);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.VoteMismatch.selector, caseId, member));
        _verdicts.revealVote(caseId, false, 5, "e", "salt");
        _verdicts.revealVote(caseId, true, 5, "e", "salt");
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AlreadyVoted.selector, caseId, member));
        _verdicts.revealVote(caseId, true, 5, "e", "salt");
        vm.stopPrank();
        vm.warp(c.revealUntil);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.RevealClosed.selector, caseId));
        _verdicts.revealVote(caseId, true, 5, "e", "salt");
        _verdicts.decide(caseId);
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.CaseInWrongState.selector, caseId, CaseStatus.Dismissed)
        );
        _verdicts.decide(caseId);
    }

    function test_checkerThatCopiesACommitmentCannotRevealIt() public {
        bytes32 caseId = openOutage();
        address[] memory committee = _verdicts.committeeOf(caseId);
        bytes32 commitment = _verdicts.voteCommitment(caseId, committee[0], true, 5, "e", "salt");
        for (uint256 i; i < 2; ++i) {
            vm.prank(committee[i]);
            _verdicts.commitVote(caseId, commitment);
        }
        vm.warp(_verdicts.caseOf(caseId).commitUntil);
        vm.prank(committee[0]);
        _verdicts.revealVote(caseId, true, 5, "e", "salt");
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.VoteMismatch.selector, caseId, committee[1]));
        vm.prank(committee[1]);
        _verdicts.revealVote(caseId, true, 5, "e", "salt");
    }

    // ── slash and jail ────────────────────────────────────────────────────────────────────────────────────────

    function test_falseCapacity_withTheNodesSignatureIsSlashedAndJailed() public {
        bytes32 caseId = openAgainst(CaseKind.FalseCapacity, signed(statement("root")));
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        vm.expectRevert();
        _verdicts.executeOutage(caseId, _lease);
        _verdicts.executeAgainstNode(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18 - SLASH);
        vm.assertEq(registry.node(provider).jailedUntil, time() + 1 days);
    }

    function test_wrongResult_withoutASignatureIsJailedButNotSlashed() public {
        bytes32 caseId = openAgainst(CaseKind.WrongResult, "");
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        _verdicts.executeAgainstNode(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18);
        vm.assertFalse(registry.isActive(provider, Role.Provider));
    }

    function test_openAgainstNode_needsTheAccusedsOwnSignatureOrNone() public {
        bytes memory why = abi.encodeWithSelector(IVerdicts.StatementSignatureInvalid.selector, provider);
        Statement memory s = statement("root");
        bytes memory wrong = sign(0xBAD, _verdicts.hashStatement(s));
        vm.expectRevert(why);
        _verdicts.openAgainstNode(1, CaseKind.FalseCapacity, provider, s, wrong, frozenCheckers, frozenStakes);
        s.epoch = 2;
        bytes memory other = signed(s);
        vm.expectRevert(why);
        _verdicts.openAgainstNode(1, CaseKind.FalseCapacity, provider, s, other, frozenCheckers, frozenStakes);
        vm.expectRevert();
        _verdicts.openAgainstNode(1, CaseKind.Outage, provider, s, "", frozenCheckers, frozenStakes);
        vm.expectRevert();
        _verdicts.openAgainstNode(1, CaseKind.WrongResult, address(0), s, "", frozenCheckers, frozenStakes);
    }

    function test_equivocation_isProvedBySignaturesAlone() public {
        Statement memory a = statement("one");
        Statement memory b = statement("two");
        bytes memory signatureA = signed(a);
        bytes memory signatureB = signed(b);
        vm.expectRevert(IVerdicts.NoEquivocation.selector);
        _verdicts.proveEquivocation(a, signatureA, a, signatureA);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.StatementSignatureInvalid.selector, provider));
        _verdicts.proveEquivocation(a, signatureA, b, signatureA);
        vm.prank(stranger);
        vm.assertEq(_verdicts.proveEquivocation(a, signatureA, b, signatureB), SLASH);
        vm.assertFalse(registry.isActive(provider, Role.Provider));
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.EquivocationKnown.selector, provider, 1, bytes32("device"))
        );
        _verdicts.proveEquivocation(b, signatureB, a, signatureA);
    }

    // ── appeals ───────────────────────────────────────────────────────────────────────────────────────────────

    function appeal(bytes32 caseId) private {
        vm.prank(provider);
        _verdicts.appeal(caseId, frozenCheckers, frozenStakes);
    }

    function test_appeal_toALargerCommitteeThatDismisses() public {
        networkToken.transfer(provider, APPEAL_BOND);
        bytes32 caseId = openAgainst(CaseKind.FalseCapacity, signed(statement("root")));
        vote(caseId, 4, 0);
        uint256 before = networkToken.balanceOf(provider);
        appeal(caseId);
        vm.assertEq(_verdicts.committeeOf(caseId).length, 9);
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Appealed));
        vote(caseId, 6, 0);
        vm.assertEq(statusOf(caseId), uint256(CaseStatus.Dismissed));
        vm.assertEq(networkToken.balanceOf(provider), before);
        vm.expectRevert();
        _verdicts.executeAgainstNode(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18);
    }

    function test_appeal_thatFailsCostsItsBondAndIsFinal() public {
        networkToken.transfer(provider, APPEAL_BOND);
        bytes32 caseId = openAgainst(CaseKind.FalseCapacity, signed(statement("root")));
        vote(caseId, 4, 0);
        appeal(caseId);
        vote(caseId, 7, 0);
        vm.assertEq(networkToken.balanceOf(treasury), APPEAL_BOND);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AppealClosed.selector, caseId));
        appeal(caseId);
        _verdicts.executeAgainstNode(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18 - SLASH);
    }

    function test_appeal_onlyOfWhatWasUpheldAndInTime() public {
        bytes32 caseId = openOutage();
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.CaseInWrongState.selector, caseId, CaseStatus.Voting)
        );
        appeal(caseId);
        vote(caseId, 4, 0);
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AppealClosed.selector, caseId));
        appeal(caseId);
    }

    // ── parameters ────────────────────────────────────────────────────────────────────────────────────────────

    function test_parameters_areTheOwnersWithinBounds() public {
        Verdicts.Parameters memory p = parameters();
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
