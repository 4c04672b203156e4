// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Agreement} from "../../solidity/escrow/EscrowTypes.sol";
import {Role} from "../../solidity/registry/INodeRegistry.sol";
import {CaseKind, Statement, VerdictParameters, Vote} from "../../solidity/verdicts/IVerdicts.sol";
import {Verdicts} from "../../solidity/verdicts/Verdicts.sol";
import {EpochsFixture} from "../epochs/EpochsFixture.sol";

/// Verdicts over a lease that is older than epoch 1 and a provider with stake.
abstract contract VerdictsFixture is EpochsFixture {
    uint96 internal constant SLASH = 4e18;
    uint96 internal constant APPEAL_BOND = 1e18;
    uint32 internal constant MOST_AGE = 4;
    Verdicts internal _verdicts;
    Agreement internal _lease;

    function parameters() internal pure returns (VerdictParameters memory) {
        return VerdictParameters(4, 600, 600, 3600, 1 days, SLASH, APPEAL_BOND, MOST_AGE);
    }

    function setUp() public virtual override {
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
        _lease = terms(RATE, 100 * RATE);
        openLease(_lease);
        runInto(1);
    }

    function openOutage() internal returns (bytes32 caseId) {
        return openOutage(1, _lease);
    }

    function openOutage(uint64 epoch, Agreement memory a) internal returns (bytes32 caseId) {
        address member = memberOf(epoch, a);
        vm.prank(member);
        return _verdicts.openOutage(epoch, a, frozenCheckers, frozenStakes);
    }

    /// The first of the committee that a case about a lease would have.
    function memberOf(uint64 epoch, Agreement memory a) internal view returns (address) {
        bytes32 caseId = _verdicts.caseIdOf(epoch, CaseKind.Outage, escrow.leaseIdOf(a.tenant, a.salt));
        return
            epochs.committee(epoch, keccak256(abi.encode(caseId, false)), 4, frozenCheckers, frozenStakes)[0];
    }

    function openAgainst(CaseKind kind, bytes memory signature) internal returns (bytes32 caseId) {
        caseId = _verdicts.caseIdOf(1, kind, bytes32(uint256(uint160(provider))));
        address[] memory committee =
            epochs.committee(1, keccak256(abi.encode(caseId, false)), 4, frozenCheckers, frozenStakes);
        vm.prank(committee[1]);
        _verdicts.openAgainstNode(
            1, kind, provider, statement("root", kind), signature, frozenCheckers, frozenStakes
        );
    }

    function statement(bytes32 content) internal view returns (Statement memory) {
        return statement(content, CaseKind.FalseCapacity);
    }

    function statement(bytes32 content, CaseKind kind) internal view returns (Statement memory) {
        return Statement(provider, kind, 1, "device", content);
    }

    function signed(Statement memory s) internal view returns (bytes memory) {
        return sign(PROVIDER_KEY, _verdicts.hashStatement(s));
    }

    /// The first `against` members vote against, the next `absent` do nothing, the others for.
    function vote(bytes32 caseId, uint256 against, uint256 absent) internal {
        vote(caseId, against, absent, 0, 0);
    }

    /// The same, where the first `judging` found a statement false.
    function vote(bytes32 caseId, uint256 against, uint256 absent, uint256 judging, bytes32 judged) internal {
        address[] memory committee = _verdicts.committeeOf(caseId);
        for (uint256 i; i < committee.length; ++i) {
            if (i >= against && i < against + absent) continue;
            commit(caseId, committee[i], voteOf(i, i < against, i < judging ? judged : bytes32(0)));
        }
        vm.warp(_verdicts.caseOf(caseId).commitUntil);
        for (uint256 i; i < committee.length; ++i) {
            if (i >= against && i < against + absent) continue;
            vm.prank(committee[i]);
            _verdicts.revealVote(caseId, voteOf(i, i < against, i < judging ? judged : bytes32(0)));
        }
        vm.warp(_verdicts.caseOf(caseId).revealUntil);
        _verdicts.decide(caseId);
    }

    /// 300, 100, 200, 400: the lower median of three is 200.
    function valueOf(uint256 i) internal pure returns (uint32) {
        return [uint32(300), 100, 200, 400][i % 4];
    }

    function voteOf(uint256 i, bool against, bytes32 judged) internal pure returns (Vote memory) {
        return Vote(against, valueOf(i), "e", judged, "salt");
    }

    function against5() internal pure returns (Vote memory) {
        return Vote(true, 5, "e", 0, "salt");
    }

    function commit(bytes32 caseId, address member, Vote memory v) internal {
        bytes32 commitment = _verdicts.voteCommitment(caseId, member, v);
        vm.prank(member);
        _verdicts.commitVote(caseId, commitment);
    }

    /// An agreement's words are changed only in a copy: memory is shared otherwise.
    function dearer(Agreement memory a) internal pure returns (Agreement memory b) {
        b = abi.decode(abi.encode(a), (Agreement));
        b.ratePerHour += 1;
    }

    function credited(Agreement memory a) internal view returns (uint256) {
        return escrow.lease(escrow.leaseIdOf(a.tenant, a.salt)).creditSeconds;
    }

    function statusOf(bytes32 caseId) internal view returns (uint256) {
        return uint256(_verdicts.caseOf(caseId).status);
    }

    function appeal(bytes32 caseId) internal {
        vm.prank(provider);
        _verdicts.appeal(caseId, frozenCheckers, frozenStakes);
    }
}
