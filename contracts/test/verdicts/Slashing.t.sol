// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {CaseKind, CaseStatus, IVerdicts, Statement} from "../../solidity/verdicts/IVerdicts.sol";
import {VerdictsFixture} from "./VerdictsFixture.sol";

/// What nodes are slashed and jailed for, and what an appeal changes.
contract SlashingTest is VerdictsFixture {
    // ── slash and jail ────────────────────────────────────────────────────────────────────────────────────────

    function test_falseCapacity_withTheNodesSignatureIsSlashedAndJailed() public {
        bytes32 caseId = openAgainst(CaseKind.FalseCapacity, signed(statement("root")));
        vote(caseId, 4, 0, 3, _verdicts.hashStatement(statement("root")));
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        bytes32 leaseId = escrow.leaseIdOf(tenant, _lease.salt);
        bytes32 about = _verdicts.caseOf(caseId).target;
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.AgreementNotTheTarget.selector, leaseId, about));
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
        bytes32 target = bytes32(uint256(uint160(provider)));
        bytes32 caseId = _verdicts.caseIdOf(1, CaseKind.FalseCapacity, target);
        address[] memory committee =
            epochs.committee(1, keccak256(abi.encode(caseId, false)), 4, frozenCheckers, frozenStakes);
        vm.startPrank(committee[0]);
        Statement memory s = statement("root");
        bytes memory wrong = sign(0xBAD, _verdicts.hashStatement(s));
        vm.expectRevert(why);
        _verdicts.openAgainstNode(1, CaseKind.FalseCapacity, provider, s, wrong, frozenCheckers, frozenStakes);
        s.epoch = 2;
        bytes memory other = signed(s);
        vm.expectRevert(why);
        _verdicts.openAgainstNode(1, CaseKind.FalseCapacity, provider, s, other, frozenCheckers, frozenStakes);
        s = statement("root", CaseKind.WrongResult);
        other = signed(s);
        vm.expectRevert(why);
        _verdicts.openAgainstNode(1, CaseKind.FalseCapacity, provider, s, other, frozenCheckers, frozenStakes);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.TargetNotANode.selector, target));
        _verdicts.openAgainstNode(1, CaseKind.Outage, provider, s, "", frozenCheckers, frozenStakes);
        vm.expectRevert(abi.encodeWithSelector(IVerdicts.TargetNotANode.selector, bytes32(0)));
        _verdicts.openAgainstNode(1, CaseKind.WrongResult, address(0), s, "", frozenCheckers, frozenStakes);
        vm.stopPrank();
    }

    /// A friendly member that opens first without a signature, or shows something harmless, keeps no slash away.
    function test_slash_isNotPreventedByWhoOpensFirst() public {
        bytes32 caseId = openAgainst(CaseKind.FalseCapacity, "");
        Statement memory harmless = Statement(provider, CaseKind.FalseCapacity, 1, "another device", "true");
        Statement memory lie = statement("root");
        bytes32 judged = _verdicts.hashStatement(lie);
        _verdicts.showStatement(caseId, harmless, signed(harmless));
        vote(caseId, 4, 0, 3, judged);
        vm.assertFalse(_verdicts.wasShown(caseId, judged));
        vm.prank(stranger);
        _verdicts.showStatement(caseId, lie, signed(lie));
        vm.assertTrue(_verdicts.wasShown(caseId, judged));
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        _verdicts.executeAgainstNode(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18 - SLASH);
        bytes memory signature = signed(lie);
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.CaseInWrongState.selector, caseId, CaseStatus.Executed)
        );
        _verdicts.showStatement(caseId, lie, signature);
    }

    /// Some signature of the accused is no proof of what it is accused of: it is slashed for the very statement that a quorum found false.
    function test_slash_onlyForTheStatementThatAQuorumFoundFalse() public {
        Statement memory harmless = Statement(provider, CaseKind.FalseCapacity, 1, "another device", "true");
        bytes32 judged = _verdicts.hashStatement(statement("root"));
        bytes32 caseId = openAgainst(CaseKind.FalseCapacity, signed(statement("root")));
        _verdicts.showStatement(caseId, harmless, signed(harmless));
        uint256 before = vm.snapshotState();
        // Four against, but only two of them for that statement.
        vote(caseId, 4, 0, 2, judged);
        vm.assertEq(_verdicts.caseOf(caseId).statement, bytes32(0));
        executeLater(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18);
        vm.assertFalse(registry.isActive(provider, Role.Provider));
        vm.revertToState(before);
        // A quorum for a statement that nobody ever showed.
        vote(caseId, 4, 0, 4, "never signed");
        executeLater(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18);
    }

    function test_slash_anAppealJudgesTheStatementAnew() public {
        networkToken.transfer(provider, APPEAL_BOND);
        bytes32 caseId = openAgainst(CaseKind.FalseCapacity, signed(statement("root")));
        bytes32 judged = _verdicts.hashStatement(statement("root"));
        vote(caseId, 4, 0, 4, judged);
        vm.assertEq(_verdicts.caseOf(caseId).statement, judged);
        appeal(caseId);
        vote(caseId, 9, 0, 6, judged);
        vm.assertEq(_verdicts.caseOf(caseId).statement, bytes32(0));
        _verdicts.executeAgainstNode(caseId);
        vm.assertEq(registry.node(provider).stake, 10e18);
    }

    function executeLater(bytes32 caseId) private {
        vm.warp(_verdicts.caseOf(caseId).appealUntil);
        _verdicts.executeAgainstNode(caseId);
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
        // The same subject of another kind is another statement.
        Statement memory other = statement("two", CaseKind.WrongResult);
        bytes memory otherSignature = signed(other);
        vm.expectRevert(IVerdicts.NoEquivocation.selector);
        _verdicts.proveEquivocation(a, signatureA, other, otherSignature);
        vm.prank(stranger);
        vm.assertEq(_verdicts.proveEquivocation(a, signatureA, b, signatureB), SLASH);
        vm.assertFalse(registry.isActive(provider, Role.Provider));
        vm.expectRevert(
            abi.encodeWithSelector(IVerdicts.EquivocationKnown.selector, provider, 1, bytes32("device"))
        );
        _verdicts.proveEquivocation(b, signatureB, a, signatureA);
    }

    // ── appeals ───────────────────────────────────────────────────────────────────────────────────────────────
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
        vote(caseId, 7, 0, 7, _verdicts.hashStatement(statement("root")));
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
}
